--[[ The part of Quarto's Markdown that kerasduet's pages use, for pandoc on its own
(2.17 or newer, HTML). With page.html (template), page.css and page.js beside it:

  pandoc page.qmd --from markdown --to html5 --standalone --embed-resources --toc --mathml \
    --lua-filter quarto.lua --template page.html --css page.css --metadata renderer=pandoc

(pandoc before 2.19 says --self-contained for --embed-resources.) Supported:

  callouts       ::: {.callout-note|tip|warning|important|caution title="..." collapse="true"}
                 a first heading is the title; collapse makes it a <details>
  figures        ![Caption](file.png){#fig-x fig-alt="..."}, or ::: {#fig-x fig-alt="..."}
                 around an image, or around code cells or a tabset of them, and a last
                 paragraph, the caption (or fig-cap="...")
  tables         a table with ": Caption {#tbl-x}", or ::: {#tbl-x tbl-cap="..."} around one
  equations      $$ ... $$ {#eq-x}
  sections       ## Title {#sec-x}
  references     @fig-x @tbl-x @eq-x @sec-x, [-@fig-x] for the number alone; a label that is
                 not there stops pandoc with one sentence
  tabs           ::: {.panel-tabset group="language"} with a heading a tab; page.js makes the
                 buttons and keeps the tabsets of one group in step
  code folding   `code-fold: true` (and `code-summary: ...`) in the YAML header, at the top or
                 under format: html:, for code blocks of class cell-code; or the attributes
                 code-fold="true|show|false" code-summary="..." of one block
  conditions     .content-visible / .content-hidden with when-format, unless-format (html or not)
  columns        ::: {layout-ncol=2}; .column-margin and .column-page stay in the text column
  shortcodes     {{< meta key >}}, {{< version >}} (the renderer's)

Every table and every labelled figure is put in a box that scrolls by itself, below or above its
caption; tables keep their natural column widths. An image of class chart has its white turned
into black on a dark page, one of class on-paper stays as it is.
]]

local KINDS = { fig = "Figure", tbl = "Table", eq = "Equation", sec = "Section" }
local TITLES = {
  note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution",
}
local stringify = pandoc.utils.stringify

local meta = {}
local labels = {} -- label -> text of its number (or of its heading)
local counts = { fig = 0, tbl = 0, eq = 0 }
local section_counts = {}
local convert -- blocks -> blocks, in document order

local function html(text)
  return pandoc.RawBlock("html", text)
end

local function escape(text)
  local marks = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
  return (text:gsub('[&<>"]', marks))
end

local function fail(text)
  -- The second argument leaves out the place in this file: the mistake is in the page.
  error(text, 0)
end

local function kind_of(label)
  return label:match("^(%l+)%-")
end

local function inlines_of(text)
  local blocks = pandoc.read(text, "markdown").blocks
  return blocks[1] and blocks[1].content or pandoc.List({})
end

-- Give the next number of a kind and note it under the label.
local function number(kind, label)
  counts[kind] = counts[kind] + 1
  if labels[label] then
    fail("label: must be used once; got " .. label .. " again.")
  end
  labels[label] = tostring(counts[kind])
  return KINDS[kind] .. "\u{a0}" .. counts[kind]
end

local function numbered_caption(kind, label, caption)
  local text = pandoc.List({ pandoc.Strong({ pandoc.Str(number(kind, label)) }) })
  if #caption > 0 then
    text:extend({ pandoc.Str(":"), pandoc.Space() })
    text:extend(caption)
  end
  return text
end

-- Sections -----------------------------------------------------------------------------

local function header(el)
  local numbered = PANDOC_WRITER_OPTIONS.number_sections and not el.classes:includes("unnumbered")
  if numbered then
    for level = el.level + 1, 6 do
      section_counts[level] = nil
    end
    section_counts[el.level] = (section_counts[el.level] or 0) + 1
  end
  if kind_of(el.identifier) == "sec" then
    local parts = {}
    for level = 1, el.level do
      -- Levels above the first heading of the page are not counted, as pandoc does it.
      if section_counts[level] or #parts > 0 then
        table.insert(parts, section_counts[level] or 0)
      end
    end
    labels[el.identifier] = numbered and table.concat(parts, ".") or stringify(el.content)
  end
  return el
end

-- Figures and tables -------------------------------------------------------------------

local function scrolling(el)
  el.colspecs = el.colspecs:map(function(spec)
    return { spec[1], nil }
  end)
  return pandoc.List({ html('<div class="table-scroll" tabindex="0">'), el, html("</div>") })
end

local function identified(label)
  return label ~= "" and ' id="' .. escape(label) .. '"' or ""
end

-- Put a caption above a table; it does not scroll with it.
local function captioned(label, caption, content)
  local blocks = pandoc.List({
    html('<figure class="table"' .. identified(label) .. "><figcaption>"),
    pandoc.Plain(caption),
    html("</figcaption>"),
  })
  blocks:extend(content)
  blocks:insert(html("</figure>"))
  return blocks
end

-- Put a figure around its content, with the caption below.
local function figure(label, content, caption, alt)
  local numbered = kind_of(label) == "fig" and numbered_caption("fig", label, caption) or caption
  local inner = pandoc.walk_block(pandoc.Div(content), {
    Image = function(image)
      local text = image.attributes["fig-alt"] or alt or stringify(image.caption)
      image.attributes["fig-alt"] = nil
      image.caption = { pandoc.Str(text) }
      image.title = ""
      return image
    end,
    Para = function(para)
      return pandoc.Plain(para.content)
    end,
  })
  local blocks = pandoc.List({
    html('<figure class="figure"' .. identified(label) .. '><div class="figure-scroll">'),
  })
  blocks:extend(inner.content)
  blocks:insert(html("</div>"))
  if #numbered > 0 then
    blocks:extend({ html("<figcaption>"), pandoc.Plain(numbered), html("</figcaption>") })
  end
  blocks:insert(html("</figure>"))
  return blocks
end

-- Pandoc 2 keeps a figure as a paragraph with one image, pandoc 3 as a block of its own.
local function only_image(el)
  local image = #el.content == 1 and el.content[1]
  if image and image.t == "Image" and #image.caption > 0 then
    return image
  end
end

local function figure_of_image(image)
  local label = image.identifier
  image.identifier = ""
  return figure(label, { pandoc.Plain({ image }) }, image.caption, image.attributes["fig-alt"])
end

local function table_label(el)
  -- ": Caption {#tbl-x}": pandoc 3 reads the attributes, pandoc 2 leaves them as text.
  local long = el.caption.long
  local last = long[#long]
  local text = last and last.content
  local label = text and #text > 0 and text[#text].t == "Str" and text[#text].text:match("^{#([%w_-]+)}$")
  if label then
    text:remove(#text)
    if #text > 0 and text[#text].t == "Space" then
      text:remove(#text)
    end
    el.identifier = label
  end
  return el.identifier
end

local function table_block(el)
  local label = table_label(el)
  local long = el.caption.long
  local caption = #long > 0 and long[1].content or pandoc.List({})
  if kind_of(label) == "tbl" then
    caption = numbered_caption("tbl", label, caption)
  end
  el.identifier = ""
  el.caption = { long = {} }
  local boxed = scrolling(el)
  return #caption > 0 and captioned(label, caption, boxed) or boxed
end

local function last_paragraph(blocks)
  local last = blocks[#blocks]
  if last and (last.t == "Para" or last.t == "Plain") and not only_image(last) then
    blocks:remove(#blocks)
    return last.content
  end
  return pandoc.List({})
end

-- ::: {#fig-x} or {#tbl-x} around what it numbers.
local function numbered_div(el)
  local label, kind = el.identifier, kind_of(el.identifier)
  local given = el.attributes[kind .. "-cap"]
  local content = pandoc.List(el.content)
  local caption = given and inlines_of(given) or last_paragraph(content)
  local columns = el.attributes["layout-ncol"]
  if kind == "fig" then
    if columns then
      local grid = pandoc.Div(content, pandoc.Attr("", { "layout" }, { style = "--columns: " .. columns }))
      content = { grid }
    elseif content:find_if(function(block) return block.t == "Div" end) then
      content = convert(content) -- a code cell, or a tabset of them
    end
    return figure(label, content, caption, el.attributes["fig-alt"])
  end
  return captioned(label, numbered_caption(kind, label, caption), convert(content))
end

-- Equations ----------------------------------------------------------------------------

local function equation(el)
  local first, last = el.content[1], el.content[#el.content]
  if not (first and first.t == "Math" and first.mathtype == "DisplayMath" and last.t == "Str") then
    return nil
  end
  local label = last.text:match("^{#(eq%-[%w_-]+)}$")
  if not label then
    return nil
  end
  number("eq", label)
  return {
    html('<div class="equation" id="' .. escape(label) .. '">'),
    pandoc.Plain({ first }),
    html('<span class="equation-number">(' .. labels[label] .. ")</span></div>"),
  }
end

-- Boxes --------------------------------------------------------------------------------

local function callout_kind(el)
  for _, class in ipairs(el.classes) do
    local kind = class:match("^callout%-(%l+)$")
    if kind and TITLES[kind] then
      return kind
    end
  end
end

local function callout(el, kind)
  local content = pandoc.List(el.content)
  local title = pandoc.List({ pandoc.Str(el.attributes.title or TITLES[kind]) })
  if el.attributes.title then
    title = inlines_of(el.attributes.title)
  elseif content[1] and content[1].t == "Header" then
    title = content:remove(1).content
  end
  local fold = el.attributes.collapse
  local outer = fold and "details" or "div"
  local inner = fold and "summary" or "p"
  local blocks = pandoc.List({
    html(
      "<" .. outer .. identified(el.identifier) .. ' class="callout callout-' .. kind .. '"'
        .. (fold == "false" and " open" or "") .. ">"
        .. "<" .. inner .. ' class="callout-title">'
    ),
    pandoc.Plain(title),
    html("</" .. inner .. '><div class="callout-body">'),
  })
  blocks:extend(convert(content))
  blocks:insert(html("</div></" .. outer .. ">"))
  return blocks
end

local function tabset(el)
  local level
  local group = el.attributes.group
  local blocks = pandoc.List({
    html('<div class="panel-tabset"' .. (group and ' data-group="' .. escape(group) .. '"' or "") .. ">"),
  })
  local panel = pandoc.List({})
  local open = false
  local function close()
    blocks:extend(convert(panel))
    panel = pandoc.List({})
    if open then
      blocks:insert(html("</section>"))
    end
  end
  for _, block in ipairs(el.content) do
    if block.t == "Header" and (level == nil or block.level == level) then
      level = block.level
      close()
      open = true
      blocks:insert(html('<section class="tab" data-title="' .. escape(stringify(block.content)) .. '"><p class="tab-title">'))
      blocks:insert(pandoc.Plain(block.content))
      blocks:insert(html("</p>"))
    else
      panel:insert(block)
    end
  end
  close()
  blocks:insert(html("</div>"))
  return blocks
end

local function is_html(format)
  return format ~= nil and format:match("^html") ~= nil
end

-- Whether the conditions of .content-visible hold for a page in HTML.
local function applies(el)
  local when, unless = el.attributes["when-format"], el.attributes["unless-format"]
  return (when == nil or is_html(when)) and not is_html(unless)
end

local function div(el)
  local kind = kind_of(el.identifier)
  local callout_class = callout_kind(el)
  if el.classes:includes("content-hidden") and applies(el) then
    return {}
  elseif el.classes:includes("content-visible") and not applies(el) then
    return {}
  elseif callout_class then
    return callout(el, callout_class)
  elseif el.classes:includes("panel-tabset") then
    return tabset(el)
  elseif kind == "fig" or kind == "tbl" then
    return numbered_div(el)
  end
  if el.attributes["layout-ncol"] then
    el.classes:insert("layout")
    el.attributes.style = "--columns: " .. el.attributes["layout-ncol"]
    el.attributes["layout-ncol"] = nil
  end
  el.content = convert(el.content)
  return { el }
end

-- Code ---------------------------------------------------------------------------------

local function option(name)
  local nested = meta.format and meta.format.html
  if type(nested) == "table" and nested[name] ~= nil then
    return nested[name]
  end
  return meta[name]
end

local function as_text(value)
  return value ~= nil and type(value) ~= "boolean" and stringify(value) or tostring(value)
end

local function code(el)
  local fold = el.attributes["code-fold"]
  if fold == nil and el.classes:includes("cell-code") then
    fold = as_text(option("code-fold"))
  end
  local summary = el.attributes["code-summary"]
  el.attributes["code-fold"], el.attributes["code-summary"] = nil, nil
  if fold ~= "true" and fold ~= "show" then
    return { el }
  end
  if summary == nil then
    summary = option("code-summary") and as_text(option("code-summary")) or "Code"
  end
  local open = fold == "show" and " open" or ""
  return {
    html('<details class="code-fold"' .. open .. "><summary>" .. escape(summary) .. "</summary>"),
    el,
    html("</details>"),
  }
end

-- The walk -----------------------------------------------------------------------------

local function convert_items(items)
  for i, item in ipairs(items) do
    items[i] = convert(item)
  end
  return items
end

local HANDLERS = {
  Header = function(el) return { header(el) } end,
  Table = table_block,
  Div = div,
  CodeBlock = code,
  Figure = function(el)
    local long = el.caption.long
    local caption = #long > 0 and long[1].content or {}
    return figure(el.identifier, el.content, caption, el.attributes["fig-alt"])
  end,
  Para = function(el)
    local image = only_image(el)
    return image and figure_of_image(image) or equation(el) or { el }
  end,
  BlockQuote = function(el)
    el.content = convert(el.content)
    return { el }
  end,
  BulletList = function(el)
    el.content = convert_items(el.content)
    return { el }
  end,
  OrderedList = function(el)
    el.content = convert_items(el.content)
    return { el }
  end,
}

function convert(blocks)
  local converted = pandoc.List({})
  for _, el in ipairs(blocks) do
    local handler = HANDLERS[el.t]
    converted:extend(handler and handler(el) or { el })
  end
  return converted
end

local function reference(el)
  local parts = pandoc.List({})
  for _, citation in ipairs(el.citations) do
    local label = citation.id:gsub("^%u", string.lower)
    local kind = kind_of(label)
    if not KINDS[kind] then
      return nil -- a citation of the literature
    end
    local found = labels[label]
    if not found then
      fail("@" .. label .. ": must be the label of something on the page; got no such label.")
    end
    if kind == "eq" then
      found = "(" .. found .. ")"
    end
    local bare = citation.mode == "SuppressAuthor" or (kind == "sec" and not found:match("^%d"))
    local text = bare and found or KINDS[kind] .. "\u{a0}" .. found
    if #parts > 0 then
      parts:extend({ pandoc.Str(","), pandoc.Space() })
    end
    local prefix = citation.prefix
    if #prefix > 0 then
      parts:extend(prefix)
      parts:insert(pandoc.Space())
      text = found
    end
    parts:insert(pandoc.Link(text, "#" .. label, "", pandoc.Attr("", { "cross-reference" })))
    parts:extend(citation.suffix)
  end
  return parts
end

-- An image of a code cell has no caption, only fig-alt.
local function alt_text(image)
  local text = image.attributes["fig-alt"]
  if text and #image.caption == 0 then
    image.attributes["fig-alt"] = nil
    image.caption = { pandoc.Str(text) }
    return image
  end
end

local function shortcode(words)
  if words[1] == "version" then
    return tostring(PANDOC_VERSION)
  elseif words[1] == "meta" and words[2] and meta[words[2]] ~= nil then
    return as_text(meta[words[2]])
  end
  fail("{{< " .. table.concat(words, " ") .. " >}}: must be meta or version; got another shortcode.")
end

local function shortcodes(list)
  local out, words = pandoc.List({}), nil
  for _, el in ipairs(list) do
    local text = el.t == "Str" and el.text or nil
    if words == nil and text and text:match("^{{<$") then
      words = {}
    elseif words and text and text:match("^>}}") then
      out:insert(pandoc.Str(shortcode(words) .. text:sub(4)))
      words = nil
    elseif words then
      if text then
        table.insert(words, text)
      end
    else
      out:insert(el)
    end
  end
  return words == nil and out or nil
end

if not FORMAT:match("^html") then
  return {}
end

return {
  { Meta = function(found) meta = found end },
  { Inlines = shortcodes },
  {
    Pandoc = function(doc)
      doc.blocks = convert(doc.blocks)
      return doc
    end,
  },
  { Cite = reference, Image = alt_text },
}
