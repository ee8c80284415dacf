library(testthat)
library(kerasduet)

test_check("kerasduet")
