// Tabs, the light/dark button, the table of contents, links of headings and buttons that copy
// code; the page reads well without it.
(function () {
  "use strict";

  function remember(name, value) {
    try { localStorage.setItem("kerasduet-" + name, value); } catch (e) { /* private or file: */ }
  }

  function recall(name) {
    try { return localStorage.getItem("kerasduet-" + name); } catch (e) { return null; }
  }

  // Light or dark: the system's choice until the reader makes one.
  var root = document.documentElement;
  var toggle = document.querySelector(".theme-toggle");
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", function () {
      var system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      var now = root.dataset.theme || system;
      root.dataset.theme = now === "dark" ? "light" : "dark";
      remember("theme", root.dataset.theme);
    });
  }

  // The table of contents is open where it stands beside the text.
  var contents = document.querySelector(".contents details");
  if (contents) {
    var wide = window.matchMedia("(min-width: 68rem)");
    var fit = function () { contents.open = wide.matches; };
    wide.addEventListener("change", fit);
    fit();
  }

  // Every heading links to itself.
  document.querySelectorAll("main :is(h2, h3, h4)").forEach(function (heading) {
    var id = heading.id || (heading.parentElement.matches("section") && heading.parentElement.id);
    if (!id) return;
    var link = document.createElement("a");
    link.className = "anchor";
    link.href = "#" + id;
    link.textContent = "#";
    link.setAttribute("aria-label", "Link to this section");
    heading.appendChild(link);
  });

  // Code can be copied; where the browser offers no clipboard there is no button.
  if (navigator.clipboard) {
    document.querySelectorAll("main pre.sourceCode").forEach(function (code) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(code.textContent.replace(/\n$/, "")).then(function () {
          button.textContent = "Copied";
          window.setTimeout(function () { button.textContent = "Copy"; }, 2000);
        });
      });
      code.parentElement.classList.add("copied-from");
      code.parentElement.appendChild(button);
    });
  }

  // What is wider than the page scrolls in its box, and says so.
  var boxes = document.querySelectorAll(".table-scroll, .figure-scroll");
  function hint_at_more() {
    boxes.forEach(function (box) {
      var wide = box.scrollWidth > box.clientWidth + 1;
      var hint = box.previousElementSibling;
      if (!hint || !hint.classList.contains("scrolls")) {
        if (!wide) return;
        hint = document.createElement("p");
        hint.className = "scrolls";
        hint.textContent = "Goes on to the right: scroll \u2192";
        box.parentElement.insertBefore(hint, box);
      }
      hint.hidden = !wide;
    });
  }
  window.addEventListener("load", hint_at_more);
  window.addEventListener("resize", hint_at_more);

  // A link to something inside a closed box opens the box.
  function open_around() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var box = target && target.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
    if (target) target.scrollIntoView();
  }
  window.addEventListener("hashchange", open_around);
  window.addEventListener("load", open_around);

  // Tabs: one choice for all tabsets of a group, on this page and the next.
  var tabsets = Array.prototype.map.call(
    document.querySelectorAll(".panel-tabset"),
    function (box, index) {
      var panels = Array.prototype.filter.call(box.children, function (child) {
        return child.classList.contains("tab");
      });
      return { box: box, index: index, group: box.dataset.group || null, panels: panels };
    }
  ).filter(function (set) { return set.panels.length > 0; });

  function choose(set, title) {
    var chosen = set.panels.findIndex(function (panel) { return panel.dataset.title === title; });
    if (chosen < 0) return;
    set.panels.forEach(function (panel, i) {
      panel.hidden = i !== chosen;
      set.buttons[i].setAttribute("aria-selected", String(i === chosen));
      set.buttons[i].tabIndex = i === chosen ? 0 : -1;
    });
  }

  function pick(set, title) {
    if (!set.group) { choose(set, title); return; }
    tabsets.forEach(function (other) { if (other.group === set.group) choose(other, title); });
    remember("tab-" + set.group, title);
  }

  tabsets.forEach(function (set) {
    var list = document.createElement("div");
    list.className = "tab-buttons";
    list.setAttribute("role", "tablist");
    set.buttons = set.panels.map(function (panel, i) {
      var id = "tabset-" + set.index + "-" + i;
      var button = document.createElement("button");
      button.type = "button";
      button.id = id;
      button.textContent = panel.dataset.title;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", id + "-panel");
      panel.id = id + "-panel";
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", id);
      button.addEventListener("click", function () {
        // Tabsets above may change their height: what was clicked stays under the finger.
        var before = button.getBoundingClientRect().top;
        pick(set, panel.dataset.title);
        window.scrollBy(0, button.getBoundingClientRect().top - before);
      });
      button.addEventListener("keydown", function (event) {
        var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        var next = set.buttons[(i + step + set.buttons.length) % set.buttons.length];
        next.focus();
        next.click();
        event.preventDefault();
      });
      list.appendChild(button);
      return button;
    });
    set.box.insertBefore(list, set.box.firstChild);
    set.box.classList.add("ready");
    choose(set, set.panels[0].dataset.title);
    var earlier = set.group && recall("tab-" + set.group);
    if (earlier) choose(set, earlier);
  });
})();
