# Calls of the core and their errors.

session <- new.env(parent = emptyenv())

# Evaluate an expression that uses the core. Its errors and warnings become those of the function
# that the user called; those of R code in it pass.
# `arguments` has the names in R of the core's arguments that are called otherwise there.
call_core <- function(expr, call = rlang::caller_env(), arguments = character()) {
  more <- more_given(call)
  if (is.null(more)) check_given(call)
  start_core(call)
  value <- tryCatch(
    {
      if (!is.null(more)) refuse_more_given(more, call)
      expr
    },
    python.builtin.BaseException = function(error) abort_from_python(error, call, arguments),
    kerasduet_refusal = function(error) {
      abort_own(in_r(conditionMessage(error), arguments), error$kind, call)
    }
  )
  give_warned()
  for (text in unique(plain(core$environment$kept_warnings()))) {
    rlang::warn(in_r(text, arguments), class = "KerasduetWarning", call = call)
  }
  value
}

# The function that runs in `frame`, which the user called, must have what it has no default for.
check_given <- function(frame) {
  place <- Position(function(other) identical(other, frame), sys.frames(), right = TRUE)
  for (name in if (!is.na(place)) required_arguments(sys.function(place))) {
    if (eval(call("missing", as.name(name)), frame)) {
      abort_own(paste0(name, ": must be given."), "ArgumentType", frame)
    }
  }
}

# What a verb that has `...` for that alone was given in it; methods take what generics pass on.
more_given <- function(frame) {
  if (!exists("...", envir = frame, inherits = FALSE) || eval(quote(...length()), frame) == 0) {
    return(NULL)
  }
  verb <- called_verb(frame)
  if (!is.null(verb) && !"..." %in% all.names(body(verb$fun))) verb
}

# The verb of this package that runs in a frame, by its name.
called_verb <- function(frame) {
  place <- Position(function(other) identical(other, frame), sys.frames(), right = TRUE)
  if (is.na(place)) {
    return(NULL)
  }
  fun <- sys.function(place)
  for (name in getNamespaceExports("kerasduet")) {
    if (identical(get(name, envir = topenv()), fun)) {
      return(list(name = name, fun = fun))
    }
  }
}

# As R says "unused argument", but with the one that is meant.
refuse_more_given <- function(verb, frame) {
  known <- setdiff(names(formals(verb$fun)), "...")
  name <- names2(eval(quote(substitute(list(...))), frame))[[2]]
  if (!nzchar(name)) {
    refuse(
      "arguments: must be ", paste(known, collapse = ", "), " of ", verb$name, "(); got one more ",
      "without a name. Leave it out."
    )
  }
  value <- tryCatch(eval(quote(...elt(1L)), frame), error = function(error) NULL)
  is_short <- is.atomic(value) && length(value) == 1 && !is.object(value)
  core$settings$named$refuse_unknown(
    verb$name, name, setting_to_py(if (is_short) value), as.list(known)
  )
}

required_arguments <- function(fun) {
  setdiff(names(Filter(rlang::is_missing, formals(fun))), "...")
}

# What cannot cross is refused here, in the manner and with the classes of the core.
refuse <- function(..., kind = "ArgumentType") {
  rlang::abort(paste0(...), class = "kerasduet_refusal", kind = kind, call = NULL)
}

abort_own <- function(text, kind, call) {
  rlang::abort(text, class = c(kind, "kerasduet_error"), call = call)
}

# The first use of the core starts Python.
start_core <- function(call = rlang::caller_env()) {
  if (isTRUE(session$started)) {
    return(invisible())
  }
  tryCatch(
    {
      core$environment$set_caller(paste("R", getRversion()), libraries = as.list(.libPaths()))
      core$environment$keep_warnings()
    },
    error = function(error) {
      abort_own(no_python_text(conditionMessage(error)), "kerasduet_no_python", call)
    }
  )
  session$started <- TRUE
}

abort_from_python <- function(error, call, arguments = character()) {
  raised <- take_raised()
  give_warned()
  if (!is.null(raised) && inherits(error, "python.builtin.RuntimeError")) {
    stop(raised)
  }
  kind <- sub(".*[.]", "", class(error)[[1]])
  text <- reticulate::py_str(error)
  if (inherits(error, "kerasduet.errors.KerasduetError")) {
    abort_own(in_r(text, arguments), kind, call)
  }
  if (inherits(error, "python.builtin.ImportError") && length(missing_packages()) > 0) {
    abort_own(missing_text(missing_packages(), python_command()), "kerasduet_no_python", call)
  }
  rlang::abort(paste0(kind, ": ", text), class = "kerasduet_python_error", call = call)
}

# Deciding what to say is kept apart from saying it, so that it can be tested.
no_python_text <- function(reason, named = Sys.getenv("RETICULATE_PYTHON")) {
  reason <- strsplit(reason, "\n", fixed = TRUE)[[1]][[1]]
  fix <- "Run install_kerasduet(), then restart R."
  if (nzchar(named)) {
    fix <- paste("Unset RETICULATE_PYTHON, restart R, and run install_kerasduet().")
  }
  paste0("Python cannot be used: ", sub("[.]$", "", reason), ". ", fix)
}

missing_text <- function(missing, python, named = Sys.getenv("RETICULATE_PYTHON")) {
  fix <- "Run install_kerasduet(), then restart R."
  if (nzchar(named)) {
    fix <- paste0(
      "RETICULATE_PYTHON names it: install them there with\n  ", python, " -m pip install ",
      paste(shQuote(missing), collapse = " "),
      "\nor unset the variable, restart R, and run install_kerasduet()."
    )
  }
  lacks <- paste(package_names(missing), collapse = ", ")
  paste0("The Python at ", python, " lacks ", lacks, ". ", fix)
}

missing_packages <- function() {
  wanted <- requirements()
  wanted[!vapply(package_names(wanted), is_installed, logical(1))]
}

# A package may be imported by another name, as scikit-learn is by sklearn, or bring a module under
# another package's name, as builds of TensorFlow do: either will do.
is_installed <- function(name) {
  find <- reticulate::import("importlib.util", convert = FALSE)$find_spec
  version <- reticulate::import("importlib.metadata", convert = FALSE)$version
  !is_none(find(name)) || !is.null(tryCatch(version(name), error = function(error) NULL))
}

package_names <- function(requirements) {
  sub("[^A-Za-z0-9_.-].*", "", requirements)
}

python_command <- function() {
  reticulate::py_to_r(core$environment$python_command())
}

# Whether examples and tests can run: a Python with everything in it, found, not downloaded.
has_core <- function() {
  if (is.null(session$has_core)) {
    managed <- Sys.getenv("RETICULATE_USE_MANAGED_VENV", NA)
    if (is.na(managed)) {
      Sys.setenv(RETICULATE_USE_MANAGED_VENV = "no")
      on.exit(Sys.unsetenv("RETICULATE_USE_MANAGED_VENV"))
    }
    session$has_core <- tryCatch(
      {
        start_core()
        length(missing_packages()) == 0
      },
      error = function(error) FALSE
    )
  }
  session$has_core
}

# Python's own --------------------------------------------------------------------------------

is_python <- function(x) inherits(x, "python.builtin.object")

is_none <- function(x) is.null(x) || inherits(x, "python.builtin.NoneType")

numpy <- function() reticulate::import("numpy", convert = FALSE)

pandas <- function() reticulate::import("pandas", convert = FALSE)

# Lessons -------------------------------------------------------------------------------------

# Call a function of the core's lessons with the arguments of its R namesake.
lesson <- function(name, arguments, read = plain, call = rlang::caller_env()) {
  call_core(
    {
      if (!rlang::is_named2(arguments)) {
        refuse("settings: must be given by name; got one without a name.")
      }
      refuse_twice(names(arguments), "settings")
      run <- reticulate::py_get_attr(core$concepts, name)
      read(do.call(run, Map(lesson_to_py, arguments, names(arguments))))
    },
    call = call
  )
}

# Some arguments count from 1 here and from 0 there, also in what the core says of them.
lesson_counted <- function(name, counted, arguments, read = plain, call = rlang::caller_env()) {
  tryCatch(
    lesson(name, count_from_0(arguments, counted), read, call = call),
    kerasduet_error = function(error) {
      abort_own(counted_text(conditionMessage(error), counted), class(error)[[1]], call)
    }
  )
}

count_from_0 <- function(arguments, counted) {
  less <- function(x) if (is.numeric(x) && !is.object(x)) x - 1 else x
  arguments[counted] <- lapply(arguments[counted], less)
  arguments
}

counted_text <- function(text, counted) {
  if (!sub(":.*", "", text) %in% counted) {
    return(text)
  }
  numbers <- gregexpr("(?<= )-?[0-9]+([.][0-9]+)?", text, perl = TRUE)
  regmatches(text, numbers) <- lapply(regmatches(text, numbers), function(found) {
    as.character(as.numeric(found) + 1)
  })
  text
}
