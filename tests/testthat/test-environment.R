test_that("the doctor says the same as in Python", {
  skip_without_core()
  found <- doctor(run_devices = FALSE)
  expect_s3_class(found, "kerasduet_doctor")
  expect_true(found$ok)
  expect_equal(found$caller$language, "R")
  expect_true(found$interpreter$inside_r)
  expect_match(format(found)[1], "^kerasduet .*, asked from R .*: ready$")
  expect_output(print(found), "Backend")
  expect_error(doctor(run_devices = NA), "run_devices: must be TRUE", class = "ArgumentType")
})

test_that("a backend is chosen before Keras runs, or refused", {
  skip_without_core()
  images_run()
  backend <- images_run()$provenance$backend
  expect_null(kerasduet::use_backend(backend))
  other <- setdiff(c("tensorflow", "jax"), backend)[1]
  expect_error(
    kerasduet::use_backend(other), "must be chosen before Keras starts",
    class = "BackendError"
  )
  expect_error(kerasduet::use_backend("theano"), class = "UnknownName")
  expect_error(kerasduet::use_backend(threads = 0), class = "ArgumentRange")
})

test_that("install_kerasduet() does not install what would never be used", {
  withr::local_envvar(RETICULATE_PYTHON = "/opt/python/bin/python3")
  expect_error(install_kerasduet(), class = "kerasduet_no_python")
  expect_snapshot(
    cat(install_elsewhere_text("/opt/python/bin/python3", c("keras>=3.15", "numpy"))),
    cran = TRUE
  )
})

test_that("the size is said, and the tested versions are taken where they can be had", {
  expect_match(install_text("deep", "torch", FALSE, is_linux = TRUE), "3.1 GB, and some gigabytes")
  expect_match(install_text("deep", "torch", FALSE, is_linux = FALSE), "about 3.1 GB[?]$")
  expect_match(install_text("deep", "jax", TRUE), "Keras and jax .* deep, about 2.8 GB, and some")
  asked <- list()
  install <- function(envname, packages, pip_options = NULL) {
    asked <<- c(asked, list(pip_options))
    if (!is.null(pip_options) && grepl("odd", pip_options[[2]])) stop("no such version")
  }
  install_tested("deep", "keras", install, "/tested.txt")
  expect_identical(asked, list(c("-c", shQuote("/tested.txt"))))
  expect_message(install_tested("deep", "keras", install, "odd"), "Taking the newest ones")
  expect_length(asked, 3)
})

test_that("an environment of another Python is named", {
  expect_null(check_environment("/there/python", "deep", NULL, found = "3.12.1"))
  expect_error(
    check_environment("/there/python", "deep", "3.12", found = "3.11.2"),
    "Python 3.12; got deep, which is one of 3.11.2.",
    fixed = TRUE, class = "kerasduet_no_python"
  )
  expect_error(check_environment("/there/python", "deep", NULL, found = "3.10.4"), "3.11 or newer")
})

test_that("what to install is said in reticulate's words", {
  expect_match(in_r('Run: pip install "ray>=2.40".'), 'install\\(.*"ray>=2.40"')
  expect_match(in_r("Run pip install tf2onnx onnx."), 'c("tf2onnx", "onnx")', fixed = TRUE)
  expect_match(in_r("say with pip install pyarrow, or save it"), '"pyarrow".*, or save it$')
  expect_identical(in_r("Run: /a/python -m pip install x"), "Run: /a/python -m pip install x")
  place <- withr::local_tempdir()
  expect_match(install_call("a", place), 'reticulate::py_install("a", pip = TRUE)', fixed = TRUE)
  writeLines("", file.path(place, "pyvenv.cfg"))
  wanted <- paste0('reticulate::virtualenv_install("', place, '", c("a", "b>=1"))')
  expect_identical(install_call('a "b>=1"', place), wanted)
})
