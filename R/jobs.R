#' Run several experiments
#'
#' Runs each experiment, with each seed, in a process of its own and into a folder of its own. The
#' table is the same, bit for bit, whatever the engine and the number of workers, and the same as
#' Python's.
#'
#' @param experiments An experiment, from [experiment()], or several of them in a list; texts are
#'   names of presets. The names of a named list are shown in the table, in plots, summaries and
#'   reports; a set that goes on keeps them.
#' @param folder Character. Where the set is kept, a folder a run. A set that was cut off at any
#'   moment goes on with what it lacks when it is called again. `NULL` (default) keeps it in this
#'   session until it is saved with [save_run_set()].
#' @param seeds Whole numbers. Run each experiment with each of these seeds; a single number is how
#'   many, from the experiment's own seed on. `NULL` (default) keeps the seed of each.
#' @param engine Character. `"local"` (default): processes of this machine. `"ray"`: remote tasks of
#'   the Python package ray, on a cluster whose machines all see the folder.
#' @param workers Whole number. Runs at the same time, at least 1 (default). Each worker, one alone
#'   too, is a process beside the session, which starts Keras for itself and does one run after the
#'   other.
#' @param data Your own data for all of them, as for [run_experiment()]. Default `NULL`.
#' @param progress Logical, or a function that is given each event, a list; see Events. `TRUE`
#'   (default) shows a line a run.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @section Events:
#' A function given as `progress` is called with a list whose `event` is `"start"` (`runs`, `done`,
#' `text`), `"epoch"` (`run`, `epoch`, `epochs`, `seconds`, `logs`), `"run"` (`run`, `number`,
#' `runs`, `status`, `text`), `"end"` (`status`, `text`) or `"failed"`.
#'
#' @details
#' All runs start alike: on this session's backend and device, with as many threads as
#' [use_backend()] says, and one where it says nothing. A run of [run_experiment()], which leaves
#' the threads to the backend then, may differ in its last digits. A run that fails leaves the
#' others alone; its row says "failed".
#'
#' Ctrl-C (or the Stop button) ends the processes; call again with the same folder to go on.
#'
#' @return A [kerasduet_run_set].
#' @seealso [cross_validate()], [tune()], [list_runs()], [compare_runs()]
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("mnist-dense", dataset = "mnist-subset", epochs = 1)
#' found <- run_many(list(experiment(small, units = 2), experiment(small, units = 8)), seeds = 2)
#' found
#' summary(found)
#' }
#' @export
run_many <- function(experiments, folder = NULL, seeds = NULL, engine = "local", workers = 1,
                     data = NULL, progress = TRUE, ...) {
  call_core(new_run_set(core$run_many(
    experiments_to_py(experiments), setting_to_py(folder),
    seeds = if (is.list(seeds)) lapply(seeds, setting_to_py) else setting_to_py(seeds),
    engine = setting_to_py(engine), workers = setting_to_py(workers),
    data = given_to_py(data), progress = set_progress_to_py(progress)
  )))
}

#' Score an experiment by cross-validation
#'
#' Cuts the rows into folds, trains on the others and scores on each.
#'
#' @param experiment An experiment, from [experiment()], or the name of a preset.
#' @param folds Whole number. How many, at least 2; default 5. Each has its share of every class,
#'   or whole groups of a table.
#' @param repeats Whole number. Cut the rows anew so many times, at least 1 (default).
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @inheritParams run_many
#'
#' @details
#' The rows are those given; test rows that the data bring with them, such as MNIST's own or
#' `x_test`, are left alone. How they are cut does not depend on the experiment's seed, so that
#' experiments are scored on the same folds. Of the rows that are trained on, `validation_split` is
#' held out for validation, which early stopping needs; with `validation_split = 0` nothing is
#' decided by validation rows, and the curves show the held-out fold in their place. A series has
#' no folds: its order of time would be broken; nor has one text to go on with. Equal sources of
#' pairs of texts stay together.
#'
#' @return A [kerasduet_run_set] with a row a fold. Its `summary()` gives mean, sd (of the sample,
#'   n - 1) and the 95 % interval of Nadeau and Bengio (2003) for each score.
#' @seealso [run_many()]
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, units = 8)
#' found <- cross_validate(small, folds = 3)
#' summary(found)
#' }
#' @export
cross_validate <- function(experiment, folds = 5, repeats = 1, folder = NULL, engine = "local",
                           workers = 1, data = NULL, progress = TRUE, ...) {
  call_core(new_run_set(core$cross_validate(
    preset_to_py(experiment), setting_to_py(folds), setting_to_py(repeats),
    setting_to_py(folder),
    engine = setting_to_py(engine), workers = setting_to_py(workers),
    data = given_to_py(data), progress = set_progress_to_py(progress)
  )))
}

#' Backtest an experiment on a series
#'
#' Forecasts a series from several origins, and compares networks with methods from outside.
#'
#' @param experiment An experiment of a series, or with `id` of several, from [experiment()]; or the
#'   name of such a preset.
#' @param folds Whole number. Pieces of equal length that its test rows (`test_split`) are cut into,
#'   at least 2; default 5. Each is forecast from every row on from the last before it, as long as
#'   the horizon lies within it.
#' @param refit Logical. Train anew on the rows before each fold (`TRUE`, default), or once, before
#'   the first.
#' @param seeds Whole numbers. Train with each of these seeds; a single number (default 3) is how
#'   many, from the experiment's own on.
#' @param window Character. `"expanding"` (default): train on all rows before a fold; `"sliding"`:
#'   on as many as before the first.
#' @param methods Character. What the networks are compared with: `"naive"`, `"seasonal_naive"`,
#'   `"drift"`, `"seasonal_drift"`, `"copy_feature"` (the last value of one of `features`, chosen on
#'   the validation rows), `"theta"`, `"ets"`, `"arima"`, `"r_ets"` and `"r_auto_arima"` (of R's
#'   forecast package, in a process of its own that Python's package rpy2 starts), or a method that
#'   a Python module registers. `NULL` (default) takes all that can be used here, `list()` none.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @inheritParams run_many
#'
#' @details
#' Of the rows before a fold, `validation_split` is held out for validation. No row after the origin
#' is used: neither by the scaler, nor to fill a gap, nor by a method from outside, which estimates
#' its parameters on the rows before the fold, validation rows among them, and then moves on. Each
#' method is asked once a fold, each network trained once a fold and seed.
#'
#' The best other method is the one with the least mean absolute error over all folds; choosing it
#' afterwards is hard on the networks. Skill is 1 - MAE of the networks / MAE of the method; its 95
#' % interval draws folds and seeds. Where it does not lie above 0, the network does not earn its
#' keep. The test of Diebold and Mariano (1995), with the correction of Harvey, Leybourne and
#' Newbold (1997), takes the mean absolute error of each window, that of the networks averaged over
#' seeds; windows of different folds do not overlap. With fewer than 10 windows, or fewer than 5 for
#' each step of the horizon, there is no test, and its columns are `NA`.
#'
#' Several series are cut into folds each by its own rows, and a method is asked for each of them
#' alone. What is compared is MASE, errors in units of each series, in place of the mean absolute
#' error; the interval draws series too, and the test takes the mean over series of each window,
#' counted from the start of the fold.
#'
#' @return A [kerasduet_run_set] with a row a fold and seed. [scores()] has the errors by fold, step
#'   and model, and of several series by series; its `summary()` compares the networks with each
#'   method; `set$verdict` says whether they earn their keep.
#' @seealso [cross_validate()] for rows without an order of time
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("lstm-co2", epochs = 1, units = 2, lookback = 8)
#' found <- backtest(small, folds = 2, seeds = 1, methods = c("drift", "theta"))
#' found
#' summary(found)
#' }
#' @export
backtest <- function(experiment, folds = 5, folder = NULL, refit = TRUE, seeds = 3,
                     window = "expanding", methods = NULL, engine = "local", workers = 1,
                     data = NULL, progress = TRUE, ...) {
  settings <- list(
    folds = folds, folder = folder, refit = refit, seeds = seeds, window = window,
    methods = methods, engine = engine, workers = workers
  )
  call_core({
    own <- list(data = given_to_py(data), progress = set_progress_to_py(progress))
    chosen <- seasoned_to_py(experiment, data, is_trained = TRUE)
    given <- c(list(chosen), lapply(settings, setting_to_py), own)
    new_run_set(do.call(core$backtest, given))
  })
}

#' Scores of a backtest
#'
#' @param set A [kerasduet_run_set] of [backtest()].
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame with a row a fold, model, seed and step ahead: `fold` (from 1), `model`
#'   ("network" or a method's name), `seed` (`NA` for a method), of several series `id` (which one),
#'   `step` (from 1), `windows` (those whose truth is known), `mae`, `rmse`, `smape` (per cent),
#'   `mase` and, where some model has intervals, `pinball` (mean over their bounds and the forecast
#'   as median) and the shares `coverage_80` and `coverage_95`.
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("lstm-co2", epochs = 1, units = 2, lookback = 8)
#' head(scores(backtest(small, folds = 2, seeds = 1, methods = "drift")))
#' }
#' @export
scores <- function(set, ...) {
  call_core(frame_from_py(run_set_to_py(set)$scores()))
}

#' List the runs in a folder
#'
#' @param folder Character. Searched up to three folders deep, so that sets of runs are found too;
#'   links are not followed. Default `"."`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame with a row a run folder: `folder`, `name` (the preset), `task`, `status`
#'   ("finished", "interrupted", "running" where training was cut off, or "damaged"), `epochs_done`,
#'   `epochs`, `seed`, `measure` and `score` (the headline on the test rows), `started` (UTC), and
#'   `problem`, which says of a damaged folder what is wrong with it. All files of finished and
#'   interrupted runs are read and compared with their sha256.
#' @seealso [load_run()], [load_run_set()]
#' @examplesIf kerasduet:::has_core()
#' list_runs(tempdir())
#' @export
list_runs <- function(folder = ".", ...) {
  call_core(frame_from_py(core$list_runs(setting_to_py(folder))))
}

#' Search for settings
#'
#' Tries settings, each trial a run, and compares them on the validation rows.
#'
#' @param space A named list. By the name of a setting a vector or list of values to try, such as
#'   `list(units = c(32, 64))`, or a range, `list(low = 1e-4, high = 1e-1, log = TRUE)`, of whole
#'   numbers where the setting takes no others.
#' @param strategy Character. `"grid"` (default): every combination. `"random"`: combinations drawn
#'   at random, all different. `"optuna"`: those that the Python package optuna (TPE) chooses from
#'   the results so far.
#' @param trials Whole number. How many to try, at least 1; `NULL` (default) is 20. A grid has a
#'   number of its own.
#' @param prune Logical. Give up trials that fall behind: after 1, 3, 9, ... epochs the best third
#'   of those that got so far go on. Default `FALSE`.
#' @param seed Whole number. Of the search; that of the experiment decides the networks. Default 0.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @inheritParams cross_validate
#'
#' @details
#' Optuna chooses four trials at a time, so that the table is the same, bit for bit, from every
#' engine and number of workers; more than four workers have nothing to do then. Pruning: Jamieson
#' and Talwalkar (2016), "Non-stochastic best arm identification and hyperparameter optimization";
#' TPE: Bergstra et al. (2011), "Algorithms for hyper-parameter optimization".
#'
#' @return A [kerasduet_run_set] with a row a trial. `best` is the one with the best headline score
#'   on the validation rows; its scores on the test rows took no part in the choice.
#' @seealso [run_many()]
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("mnist-dense", dataset = "mnist-subset", epochs = 1)
#' found <- tune(small, list(units = c(2, 16)))
#' found$best$experiment$model$units
#' }
#' @export
tune <- function(experiment, space, strategy = "grid", trials = NULL, prune = FALSE, seed = 0,
                 folder = NULL, engine = "local", workers = 1, data = NULL, progress = TRUE, ...) {
  settings <- list(
    strategy = strategy, trials = trials, prune = prune, seed = seed, folder = folder,
    engine = engine, workers = workers
  )
  call_core({
    arguments <- list(
      seasoned_to_py(experiment, data, is_trained = TRUE), space_to_py(space),
      data = given_to_py(data), progress = set_progress_to_py(progress)
    )
    new_run_set(do.call(core$tune, c(arguments, lapply(settings, setting_to_py))))
  })
}

space_to_py <- function(space) {
  if (!is.list(space) || is.object(space)) {
    return(setting_to_py(space))
  }
  if (length(space) > 0 && !rlang::is_named(space)) {
    refuse("space: must be lists of values by the names of settings; got one without a name.")
  }
  refuse_twice(names(space), "space")
  reticulate::py_dict(as.list(names(space)), unname(lapply(space, setting_to_py)), convert = FALSE)
}

experiments_to_py <- function(x) {
  if (inherits(x, "kerasduet_experiment") || !is.list(x) && !is.character(x)) {
    return(preset_to_py(x))
  }
  refuse_names(names(x), "experiments")
  lapply(as.list(x), preset_to_py) # with names a dict
}

# The core's own words; elsewhere than in a terminal they go where messages go.
set_progress_to_py <- function(progress) {
  if (isTRUE(progress)) {
    return(told_by_epoch(function(event) {
      text <- plain(event)$text
      if (length(text) > 0 && nzchar(text)) message(text)
    }))
  }
  progress_to_py(progress)
}
