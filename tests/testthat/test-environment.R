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
