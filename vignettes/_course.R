# The pages as a course: their order, what each needs, and the way from one to the next.

# The headers of all pages in the order of the course, by the page's name.
course <- function() {
  files <- list.files(pattern = "^[^_].*[.]qmd$")
  headers <- lapply(files, rmarkdown::yaml_front_matter)
  names(headers) <- sub("[.]qmd$", "", files)
  headers <- Filter(function(header) !is.null(header$order), headers)
  headers[order(vapply(headers, function(header) as.numeric(header$order), 0))]
}

page_name <- function() sub("[.][^.]*$", "", knitr::current_input())

page_link <- function(name, pages, text = pages[[name]]$title) {
  paste0("[", text, "](", name, ".html)")
}

# What stands above the first heading: place, time, what is needed, three lines.
course_start <- function() {
  pages <- course()
  name <- page_name()
  here <- pages[[name]]
  if (is.null(here)) {
    return(invisible())
  }
  needs <- if (length(here$needs) > 0) {
    paste("needs", listed(vapply(here$needs, page_link, "", pages = pages)))
  } else {
    "needs no other page"
  }
  place <- sprintf("**Page %d of %d**", match(name, names(pages)), length(pages))
  told <- paste(place, sprintf("about %d minutes", here$minutes), needs, sep = " \u00b7 ")
  points <- paste0("- ", unlist(here$points), collapse = "\n")
  knitr::asis_output(paste0("\n\n::: {.course}\n", told, "\n\n", points, "\n:::\n\n"))
}

# What stands at the end: the page before, the page after, the code to take along.
course_end <- function(params) {
  pages <- course()
  name <- page_name()
  place <- match(name, names(pages))
  links <- if (!is.na(place)) {
    before <- names(pages)[place - 1]
    after <- names(pages)[-seq_len(place)][1]
    c(
      if (length(before) > 0) paste("Before:", page_link(before, pages)),
      page_link("index", list(index = list(title = "All pages"))),
      if (!is.na(after)) paste("Next:", page_link(after, pages))
    )
  }
  file <- paste0(name, ".qmd")
  code <- if (file.exists(file)) script_links(file, params)
  knitr::asis_output(paste0(
    if (!is.null(code)) {
      paste0(
        "\n\n## The code of this page\n\nEach file runs by itself in a fresh session.\n\n",
        "```{=html}\n<p class=\"scripts\">", code, "</p>\n```\n"
      )
    },
    if (length(links) > 0) {
      paste0("\n\n::: {.way}\n", paste(links, collapse = " \u00b7 "), "\n:::\n\n")
    }
  ))
}
