"use strict";
// Language switch, and tables that sort, filter and turn pages. Builds elements from text only: nothing of
// the data is ever read as HTML. Remembers nothing outside this page.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 50;
  const PRINTED = 400;
  const SHORT = 24;
  const STYLES = ["", "strong", "code", "quiet", "tag"];
  const collator = new Intl.Collator(undefined, { numeric: true });
  const editions = [...document.querySelectorAll("[data-edition]")];
  const tables = new Map();
  const say = (lang, name, values) =>
    data.texts[lang][name].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, key, one, many) =>
      one === undefined ? values[key].toLocaleString("en") : values[key] === 1 ? one : many);
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  function speak(lang) {
    for (const edition of editions) edition.hidden = edition.dataset.edition !== lang;
    for (const button of document.querySelectorAll("[data-switch]"))
      button.setAttribute("aria-pressed", String(button.dataset.switch === lang));
    const edition = editions.find((e) => e.dataset.edition === lang);
    document.documentElement.lang = edition.lang;
    document.title = edition.querySelector("h1").textContent;
  }

  // One run of text: a string, or [text, style, tone, link, query].
  function run(part) {
    if (typeof part === "string") return lines(part);
    const [text, style = 0, tone = "plain", link = "", query = ""] = part;
    const name = STYLES[style] === "code" ? "code" : "span";
    const classes = [STYLES[style] === "code" ? "" : STYLES[style], tone === "plain" ? "" : tone].join(" ").trim();
    const pieces = name === "code" && !link ? text.split(/(?<=\/)/).flatMap((piece, i) => (i ? [make("wbr"), piece] : [piece])) : lines(text);
    const element = make(name, classes ? { className: classes } : {}, ...pieces);
    if (!link) return [element];
    const anchor = make("a", { href: "#" + link, className: text.length <= SHORT ? "short" : "" }, element);
    if (query) anchor.dataset.query = query;
    return [anchor];
  }
  const lines = (text) => text.split("\n").flatMap((piece, i) => (i ? [make("br"), piece] : [piece]));
  const words = (cell) =>
    typeof cell === "string" ? cell : cell.map((part) => (typeof part === "string" ? part : part[0])).join("");

  // Rows that stand in the page, and rows that stand in the data, behind one face.
  function elementRows(body) {
    const rows = [...body.rows];
    const cell = (i, column) => rows[i].cells[column];
    return {
      count: rows.length,
      anchor: (i) => rows[i].id,
      text: (i) => `${rows[i].dataset.keys ?? ""} ${[...rows[i].cells].map((c) => c.textContent).join(" ")}`,
      element: (i) => rows[i],
      key(i, column) {
        const order = cell(i, column).dataset.order;
        if (order === undefined) return cell(i, column).textContent;
        return order === "" ? null : Number(order);
      },
    };
  }
  function dataRows({ rows, orders, kinds }) {
    const cell = (i, column) => data.pool[rows[i][column + 2]];
    return {
      count: rows.length,
      anchor: (i) => data.pool[rows[i][0]],
      text: (i) => rows[i].slice(1).map((index) => words(data.pool[index])).join(" "),
      key: (i, column) => (orders[column] ? orders[column][i] : words(cell(i, column))),
      element(i) {
        const row = make("tr", { id: data.pool[rows[i][0]] });
        kinds.forEach((kind, column) => {
          const content = cell(i, column);
          const parts = typeof content === "string" ? lines(content) : content.flatMap(run);
          row.append(make("td", kind ? { className: kind } : {}, ...parts));
        });
        return row;
      },
    };
  }

  function table(figure) {
    const lang = figure.closest("[data-edition]").dataset.edition;
    const body = figure.querySelector("tbody");
    const heads = [...figure.querySelectorAll("th")];
    const source = data.tables[figure.id] ? dataRows(data.tables[figure.id]) : elementRows(body);
    let order = [...Array(source.count).keys()];
    let shown = order;
    let first = 0;
    let size = PAGE;
    let texts = null;
    let anchors = null;
    const input = make("input", { type: "search", placeholder: say(lang, "search-hint", {}) });
    input.setAttribute("aria-label", say(lang, "search", {}));
    const count = make("span", { className: "count" });
    count.setAttribute("role", "status");
    const previous = make("button", { type: "button", textContent: say(lang, "previous", {}) });
    const next = make("button", { type: "button", textContent: say(lang, "next", {}) });
    const pager = source.count > PAGE ? [previous, next] : [];
    figure.querySelector(".scroll").before(make("div", { className: "toolbar" }, input, count, ...pager));

    function draw() {
      first = Math.max(0, Math.min(first, shown.length - 1));
      first -= first % size;
      body.replaceChildren(...shown.slice(first, first + size).map(source.element));
      const last = Math.min(first + size, shown.length);
      previous.disabled = first === 0;
      next.disabled = last >= shown.length;
      if (!shown.length) count.textContent = say(lang, "nothing", {});
      else if (shown.length < source.count)
        count.textContent = say(lang, "matched", { matched: shown.length, count: source.count });
      else count.textContent = say(lang, "shown", { first: first + 1, last, count: source.count });
    }
    function filter() {
      const terms = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      texts ??= [...Array(source.count).keys()].map((i) => source.text(i).toLowerCase());
      shown = terms.length ? order.filter((i) => terms.every((term) => texts[i].includes(term))) : order;
      first = 0;
      draw();
    }
    function sort(column) {
      const head = heads[column];
      const turn = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
      for (const other of heads) other.setAttribute("aria-sort", other === head ? turn : "none");
      order = [...Array(source.count).keys()];
      if (turn !== "none") {
        const keys = order.map((i) => source.key(i, column));
        const sign = turn === "ascending" ? 1 : -1;
        const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b));
        order.sort((a, b) => {
          if (keys[a] === null || keys[b] === null) return (keys[a] === null) - (keys[b] === null) || a - b;
          return sign * compare(keys[a], keys[b]) || a - b;
        });
      }
      filter();
    }
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      button.title = say(lang, "sort", { column: button.textContent });
      button.addEventListener("click", () => sort(column));
      head.setAttribute("aria-sort", "none");
      head.replaceChildren(button);
    });
    input.addEventListener("input", filter);
    previous.addEventListener("click", () => { first -= size; draw(); });
    next.addEventListener("click", () => { first += size; draw(); });
    draw();
    return {
      search(query) { input.value = query; filter(); },
      reveal(anchor) {
        anchors ??= new Map([...Array(source.count).keys()].map((i) => [source.anchor(i), i]));
        if (!anchors.has(anchor)) return false;
        if (shown.length < source.count) { input.value = ""; filter(); }
        first = order.indexOf(anchors.get(anchor));
        draw();
        return true;
      },
      print(on) { size = on && shown.length <= PRINTED ? PRINTED : PAGE; draw(); },
    };
  }

  function go(anchor, query) {
    const edition = editions.find((e) => anchor.startsWith(e.dataset.edition + "-"));
    if (!edition) return;
    if (edition.hidden) speak(edition.dataset.edition);
    if (query && tables.has(anchor)) tables.get(anchor).search(query);
    if (!document.getElementById(anchor)) [...tables.values()].some((t) => t.reveal(anchor));
    const target = document.getElementById(anchor);
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView({ block: target.tagName === "TR" ? "center" : "start" });
    if (target.tagName === "MAIN") target.focus();
    if (target.tagName !== "TR") return;
    for (const row of document.querySelectorAll(".found")) row.classList.remove("found");
    target.classList.add("found");
  }

  document.documentElement.classList.add("scripted");
  for (const figure of document.querySelectorAll("figure.tools")) tables.set(figure.id, table(figure));
  for (const button of document.querySelectorAll("[data-switch]"))
    button.addEventListener("click", () => speak(button.dataset.switch));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    const anchor = decodeURIComponent(link.getAttribute("href").slice(1));
    history.pushState(null, "", "#" + encodeURIComponent(anchor));
    go(anchor, link.dataset.query);
  });
  window.addEventListener("popstate", () => go(decodeURIComponent(location.hash.slice(1))));
  window.addEventListener("beforeprint", () => tables.forEach((t) => t.print(true)));
  window.addEventListener("afterprint", () => tables.forEach((t) => t.print(false)));
  speak(editions[0].dataset.edition);
  if (location.hash) go(decodeURIComponent(location.hash.slice(1)));
})();
