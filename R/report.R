#' Write a page about a run, or one that compares several
#'
#' The page says how the network did beside its baseline, with 95 % intervals; what it is for and
#' not for; which data, network and training it was; its mistakes or its forecasts; and how to
#' repeat it in R and in Python. Every number is computed from the run.
#'
#' @param run A [kerasduet_run], the folder of one, or several of them in a list or a character
#'   vector, or a [kerasduet_run_set] or its folder: then the page compares them, by the names of
#'   the list where it has some.
#' @param output Character. The HTML file to write, ending in `.html`, in a folder that is there.
#'   Default `"report.html"`. It comes with `report.qmd`, the page as Quarto Markdown without code
#'   to run, and the folder `report_files`, its figures. An earlier report there is replaced, unless
#'   it was edited.
#' @param overwrite Logical. Whether to replace an edited report too, or other files of these names.
#'   Default `FALSE`. A folder `report_files` that holds other files is never replaced.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' Quarto renders the page where it is installed, otherwise the pandoc of the Python package
#' pypandoc_binary, otherwise the pandoc on the PATH. The page says which. When a step fails,
#' nothing is written.
#'
#' @return `output`, invisibly: one HTML file that needs no other file and no network.
#' @seealso [run_experiment()], [load_run()], [plot()][plot.kerasduet_run]
#' @examplesIf kerasduet:::has_core() && nzchar(Sys.which("pandoc"))
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' page <- render_report(run, file.path(tempdir(), "report.html"))
#' file.exists(page)
#' @export
render_report <- function(run, output = "report.html", overwrite = FALSE, ...) {
  invisible(call_core(plain(core$render_report(
    runs_to_py(run), setting_to_py(output),
    overwrite = setting_to_py(overwrite)
  ))))
}
