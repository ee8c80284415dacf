# Nobody's MNIST, settings or threads: the tests use what the packages bring along.
withr::local_envvar(
  KERAS_HOME = withr::local_tempdir(.local_envir = teardown_env()),
  KERASDUET_DATA = NA, KERAS_BACKEND = NA, TF_CPP_MIN_LOG_LEVEL = "3", TZ = "UTC",
  .local_envir = teardown_env()
)
