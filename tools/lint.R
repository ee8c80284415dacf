# Lint the R package with the rules in .lintr; any finding fails.

# cyclocomp draws a graph of each function, which takes longer than all else here. What has few
# words that branch cannot have many ways: no more than two a word, and one.
measured <- lintr::cyclocomp_linter()
branching <- "\\b(if|for|while|repeat|return|next|break|function)\\b|&&|[|][|]|\\\\\\("
quick <- lintr::Linter(function(source_expression) {
  text <- paste(source_expression$content, collapse = "\n")
  words <- gregexpr(branching, text, perl = TRUE)[[1]]
  if (2 * sum(words > 0) + 1 > 15) measured(source_expression) else list()
})

settings <- read.dcf(".lintr", all = TRUE)
linters <- eval(parse(text = settings$linters), asNamespace("lintr"))
linters$cyclocomp_linter <- quick

# What is as it was last time is not looked at again.
found <- lintr::lint_package(linters = linters, cache = file.path(".setup", "lintr"))
print(found)
cat(sprintf("lintr: %d findings\n", length(found)))
quit(status = as.integer(length(found) > 0))
