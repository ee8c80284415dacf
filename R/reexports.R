#' @importFrom generics forecast
#' @export
generics::forecast

#' @importFrom generics tidy
#' @export
generics::tidy

#' @importFrom generics glance
#' @export
generics::glance

#' @importFrom generics augment
#' @export
generics::augment

#' @importFrom generics generate
#' @export
generics::generate
