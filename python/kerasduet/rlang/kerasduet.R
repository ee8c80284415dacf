# What the process that runs R for Python defines: data sets taken apart, forecasts.

column <- function(x, name) {
  if (is.factor(x)) {
    kind <- if (is.ordered(x)) "ordered" else "factor"
    return(list(kind = kind, values = as.integer(x), levels = levels(x)))
  }
  if (inherits(x, "Date")) {
    return(list(kind = "date", values = as.double(x)))
  }
  if (inherits(x, "POSIXt")) {
    zone <- attr(as.POSIXct(x), "tzone")
    zone <- if (is.null(zone)) "" else zone[[1]]
    return(list(kind = "time", values = as.double(as.POSIXct(x)), zone = zone))
  }
  if (is.logical(x)) {
    return(list(kind = "logical", values = as.integer(x)))
  }
  if (is.integer(x)) {
    return(list(kind = "integer", values = as.integer(x)))
  }
  if (is.numeric(x)) {
    return(list(kind = "number", values = as.double(x)))
  }
  if (is.character(x)) {
    return(list(kind = "text", values = x))
  }
  stop("column ", name, " is of class ", class(x)[[1]], call. = FALSE)
}

columns <- function(frame) {
  parts <- list()
  for (name in names(frame)) {
    x <- frame[[name]]
    if (is.matrix(x)) {
      inner <- if (is.null(colnames(x))) seq_len(ncol(x)) else colnames(x)
      for (i in seq_len(ncol(x))) {
        parts[[paste(name, inner[[i]], sep = ".")]] <- column(x[, i], name)
      }
    } else {
      parts[[name]] <- column(x, name)
    }
  }
  parts
}

described <- function(x) {
  if (is.ts(x)) {
    frame <- if (is.matrix(x)) as.data.frame(unclass(x)) else list(value = as.vector(x))
    return(list(columns = columns(frame), tsp = as.double(stats::tsp(x))))
  }
  if (inherits(x, "dist")) {
    x <- as.matrix(x)
  }
  if (is.table(x) || (is.array(x) && length(dim(x)) != 2)) {
    name <- if (is.table(x)) "count" else "value"
    x <- as.data.frame(as.table(x), responseName = name)
  }
  if (is.matrix(x)) {
    x <- as.data.frame(x)
  }
  if (is.data.frame(x)) {
    rows <- attr(x, "row.names")
    found <- list(columns = columns(x))
    if (is.character(rows)) {
      found$rows <- rows
    }
    return(found)
  }
  if (is.atomic(x) && !is.null(x)) {
    found <- list(columns = list(value = column(x, "value")))
    if (!is.null(names(x))) {
      found$rows <- names(x)
    }
    return(found)
  }
  stop("it is of class ", class(x)[[1]], call. = FALSE)
}

data_names <- function(package) {
  found <- suppressWarnings(utils::data(package = package))$results[, "Item"]
  sub(" .*", "", found)
}

has_package <- function(name) requireNamespace(name, quietly = TRUE)

dataset <- function(name, package) {
  place <- new.env()
  suppressWarnings(utils::data(list = name, package = package, envir = place))
  described(get(name, envir = place))
}

one_forecast <- function(values, season, method, horizon, level) {
  x <- stats::ts(values, frequency = season)
  found <- if (method == "snaive") {
    forecast::snaive(x, h = horizon, level = level)
  } else {
    fit <- switch(method,
      auto.arima = forecast::auto.arima(x),
      ets = forecast::ets(x),
      tbats = forecast::tbats(x, use.parallel = FALSE)
    )
    forecast::forecast(fit, h = horizon, level = level)
  }
  list(
    forecast = as.double(found$mean),
    level = as.double(found$level),
    lower = as.double(found$lower),
    upper = as.double(found$upper),
    method = as.character(found$method)
  )
}

# A model of the values up to the first origin, moved on to each later one.
moved_forecasts <- function(values, season, method, horizon, level, origins) {
  long <- season > 24 # ets() and auto.arima() take such seasons out beforehand
  known <- function(origin) stats::ts(values[seq_len(origin + 1)], frequency = season)
  first <- known(origins[[1]])
  inner <- if (method == "ets") "ets" else "arima"
  fit <- if (long) {
    forecast::stlm(first, method = inner)
  } else if (method == "ets") {
    forecast::ets(first)
  } else {
    forecast::auto.arima(first)
  }
  each <- lapply(origins, function(origin) {
    now <- known(origin)
    moved <- if (long) {
      forecast::stlm(now, model = fit)
    } else if (method == "ets") {
      forecast::ets(now, model = fit, use.initial.values = TRUE)
    } else {
      forecast::Arima(now, model = fit)
    }
    found <- forecast::forecast(moved, h = horizon, level = level)
    list(
      forecast = as.double(found$mean), lower = as.double(found$lower),
      upper = as.double(found$upper), method = as.character(found$method)
    )
  })
  part <- function(name) do.call(c, lapply(each, `[[`, name))
  list(
    forecast = part("forecast"), lower = part("lower"), upper = part("upper"),
    method = each[[1]]$method
  )
}

# Conditions cross as text: what went wrong, and what R warned of.
answered <- function(name, arguments) {
  warned <- character()
  value <- tryCatch(
    withCallingHandlers(
      do.call(name, arguments),
      warning = function(w) {
        warned <<- c(warned, conditionMessage(w))
        invokeRestart("muffleWarning")
      }
    ),
    error = function(e) structure(list(conditionMessage(e)), class = "failed")
  )
  failed <- inherits(value, "failed")
  list(
    error = if (failed) value[[1]] else character(),
    value = if (failed) list() else value,
    warned = unique(warned)
  )
}
