// Language, tables, copying and charts of one report. Text is only ever set as text.
(() => {
  "use strict";
  const catalogues = JSON.parse(document.getElementById("messages").textContent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const first = document.documentElement.lang;
  let language = first;

  // ---- words ----------------------------------------------------------------------------------
  // Words are text, or {k: key of a message, v: what goes into its placeholders}.
  function say(words) {
    if (Array.isArray(words)) return words.map(say).join(say({ k: "report.comma" }));
    if (words === null || typeof words !== "object") return String(words);
    const values = words.v || {};
    let form = catalogues[language][words.k] ?? catalogues[first][words.k] ?? words.k;
    if (typeof form === "object") {
      const n = Number(say(values.n ?? "").replace(/,/g, ""));
      form = form[new Intl.PluralRules(language).select(n)] ?? form.other;
    }
    return form.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? say(values[name]) : whole));
  }
  const t = (key, values) => say({ k: key, v: values });
  // The name of an identifier; itself where no message names it.
  const named = (kind, id) => (`${kind}.${id}` in catalogues[first] ? t(`${kind}.${id}`) : id);

  function remember(tag) {
    try { localStorage.setItem("ccnlp.language", tag); } catch { /* a file may have no storage */ }
  }
  function wanted() {
    const asked = new URLSearchParams(location.search).get("lang");
    if (asked in catalogues) return asked;
    try {
      const kept = localStorage.getItem("ccnlp.language");
      if (kept in catalogues) return kept;
    } catch { /* as above */ }
    return first;
  }
  function speak(tag) {
    language = tag;
    document.documentElement.lang = tag;
    document.title = t("report.title");
    for (const node of all("[data-t]")) {
      node.textContent = t(node.dataset.t, JSON.parse(node.dataset.v || "{}"));
    }
    for (const node of all("[data-a]")) {
      node.setAttribute(node.dataset.a, t(node.dataset.at, JSON.parse(node.dataset.av)));
    }
    for (const button of all("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === tag));
    }
    lists.forEach(show);
    draw();
  }

  // ---- long lists: a limit, a filter, a button that shows the rest -------------------------------
  const lists = all("[data-limit]").map((node) => ({
    node,
    limit: Number(node.dataset.limit),
    filter: "",
    foot: document.querySelector(`[data-foot="${node.id}"]`),
  }));
  const rowsOf = (node) => [...(node.tBodies ? node.tBodies[0].rows : node.children)];

  function show(list) {
    const wantedRows = [];
    for (const row of rowsOf(list.node)) {
      const fits = !list.filter || row.textContent.toLowerCase().includes(list.filter);
      row.hidden = !fits || wantedRows.length >= list.limit;
      if (fits) wantedRows.push(row);
    }
    list.foot.replaceChildren();
    const rest = wantedRows.length - list.limit;
    if (rest <= 0) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = t("report.more", { n: rest.toLocaleString("en") });
    button.addEventListener("click", () => {
      const next = wantedRows[list.limit];
      list.limit = Infinity;
      show(list);
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    });
    list.foot.append(button);
  }
  for (const input of all("[data-filter]")) {
    const list = lists.find((one) => one.node.id === input.dataset.filter);
    input.addEventListener("input", () => {
      list.filter = input.value.trim().toLowerCase();
      show(list);
    });
  }

  // ---- sorting ----------------------------------------------------------------------------------
  function sort(table, heading) {
    const column = heading.cellIndex;
    const numeric = heading.classList.contains("n");
    const now = heading.getAttribute("aria-sort");
    const down = now ? now === "ascending" : numeric;
    const collator = new Intl.Collator(language, { numeric: true });
    const keyed = rowsOf(table).map((row) => {
      const said = row.cells[column].textContent.trim();
      return { row, key: numeric ? parseFloat(said.replace(/,/g, "")) : said };
    });
    const unknown = (key) => (numeric ? Number.isNaN(key) : key === "–");
    keyed.sort((a, b) => {
      if (unknown(a.key) || unknown(b.key)) return unknown(a.key) - unknown(b.key);
      const order = numeric ? a.key - b.key : collator.compare(a.key, b.key);
      return down ? -order : order;
    });
    for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...keyed.map((one) => one.row));
    const list = lists.find((one) => one.node === table);
    if (list) show(list);
  }
  for (const table of all("table.sortable")) {
    for (const heading of all("thead th", table)) {
      heading.firstElementChild.addEventListener("click", () => sort(table, heading));
    }
  }

  // ---- copying ----------------------------------------------------------------------------------
  async function copy(button) {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch { // no clipboard without a secure context: leave it selected
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return;
      getSelection().removeAllRanges();
    }
    button.classList.add("done");
    button.setAttribute("aria-label", t("flagged.copied"));
    setTimeout(() => {
      button.classList.remove("done");
      button.setAttribute("aria-label", t("flagged.copy"));
    }, 1600);
  }
  for (const button of all(".copy")) button.addEventListener("click", () => copy(button));

  // ---- navigation: which section is being read ----------------------------------------------------
  const links = new Map(all(".side a").map((a) => [a.hash.slice(1), a]));
  if ("IntersectionObserver" in window) {
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target.id); else seen.delete(target.id);
      }
      const here = [...links.keys()].find((id) => seen.has(id));
      if (!here) return;
      for (const [id, a] of links) {
        if (id === here) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
      }
    }, { rootMargin: "-10% 0px -60% 0px" });
    for (const id of links.keys()) watch.observe(document.getElementById(id));
  }

  // ---- charts -----------------------------------------------------------------------------------
  const paper = document.createElement("div"); // holds the light colours, for print
  paper.className = "paper";
  document.body.append(paper);
  let printing = false;
  const colour = (name) => {
    const style = getComputedStyle(printing ? paper : document.documentElement);
    return style.getPropertyValue(`--${name}`).trim() || style.getPropertyValue("--none").trim();
  };

  function tip(title, rows) {
    const box = document.createElement("div");
    box.className = "tip";
    const head = document.createElement("b");
    head.textContent = title;
    box.append(head);
    for (const [token, label, value] of rows) {
      const line = document.createElement("div");
      const left = document.createElement("span");
      const swatch = document.createElement("i");
      swatch.style.background = colour(token);
      left.append(swatch, label);
      const right = document.createElement("span");
      right.textContent = value;
      line.append(left, right);
      box.append(line);
    }
    return box;
  }

  function frame(labels, { name, formatter, unit = "", gap = true, rotate = 0, every = false }) {
    const text = { color: colour("muted"), fontSize: 12 };
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 12, top: 20, bottom: name ? 26 : 4, containLabel: true },
      tooltip: {
        trigger: "axis", confine: true, transitionDuration: 0, padding: [8, 12],
        backgroundColor: colour("surface"), borderColor: colour("line-strong"),
        axisPointer: { type: gap ? "shadow" : "line", lineStyle: { color: colour("muted") },
          shadowStyle: { color: colour("muted"), opacity: 0.1 } },
      },
      xAxis: {
        type: "category", data: labels, boundaryGap: gap, name, nameLocation: "middle", nameGap: rotate ? 46 : 30,
        nameTextStyle: text, axisLabel: { ...text, fontSize: every ? 11 : 12, formatter, rotate, hideOverlap: !every, ...(every && { interval: 0 }) },
        axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line-strong") } },
      },
      yAxis: {
        type: "value", minInterval: unit ? undefined : 1, splitNumber: 4,
        axisLabel: { ...text, formatter: (v) => `${v.toLocaleString("en")}${unit}` },
        splitLine: { lineStyle: { color: colour("grid") } },
      },
    };
  }
  const count = (n) => n.toLocaleString("en");

  const drawers = {
    emotions({ labels, shares, turns }) {
      const token = (label) => (colour(`emotion-${label}`) === colour("none") ? "emotion-other" : `emotion-${label}`);
      const places = turns.map((_, i) => `${i + 1}`);
      const option = frame(places, { name: t("emotions.axis"), unit: "%", gap: false });
      Object.assign(option.yAxis, { max: 100, interval: 25 });
      option.grid.right = 16;
      option.tooltip.formatter = ([{ dataIndex: i }]) => tip(
        `${t("emotions.tenth", { n: `${i + 1}` })} · ${count(turns[i])} ${t("emotions.turns")}`,
        labels.map((label, k) => [token(label), named("emotion", label), `${shares[k][i].toFixed(1)}%`]).reverse(),
      );
      option.series = labels.map((label, k) => ({
        type: "line", stack: "all", data: shares[k], symbol: "none", silent: true,
        lineStyle: { width: 1, color: colour("surface") },
        areaStyle: { color: colour(token(label)), opacity: 1 },
      }));
      return option;
    },
    scores({ labels, counts, below }) {
      const option = frame(labels, { name: t("scores.axis"), every: true });
      option.tooltip.formatter = ([{ dataIndex: i }]) => tip(labels[i], [
        [tokenOf(i), t("scores.count"), count(counts[i])]]);
      const tokenOf = (i) => (10 * i + 10 <= below ? "bar-low" : "bar");
      option.series = [bars(counts, tokenOf)];
      return option;
    },
    responses({ starts, counts, limit }) {
      const labels = starts.map((a, i) => (i === 0 ? `<${starts[1]}`
        : i === starts.length - 1 ? `≥${a}` : `${a}–${starts[i + 1]}`));
      const tokenOf = (i) => (starts[i] >= limit ? "bar-low" : "bar");
      const option = frame(labels, { name: t("responses.axis"), every: true, rotate: 40 });
      option.tooltip.formatter = ([{ dataIndex: i }]) => tip(
        `${labels[i]} ${t("responses.seconds")}`, [[tokenOf(i), t("responses.count"), count(counts[i])]]);
      option.series = [bars(counts, tokenOf)];
      return option;
    },
    days({ days, classes, counts }) {
      const labels = days.map(say);
      const option = frame(labels, { formatter: shortDay });
      option.tooltip.formatter = ([{ dataIndex: i }]) => tip(labels[i], [
        ...classes.map((name, k) => [`class-${name}`, t(`class.${name}`), count(counts[k][i])]).reverse(),
        ["none", t("report.total"), count(counts.reduce((sum, row) => sum + row[i], 0))]]);
      option.series = classes.map((name, k) => ({
        type: "bar", stack: "all", data: counts[k], barMaxWidth: 40, silent: true,
        itemStyle: { color: colour(`class-${name}`), borderColor: colour("surface"), borderWidth: days.length > 60 ? 0 : 0.5 },
      }));
      return option;
    },
    shares({ days, shares, limit }) {
      const labels = days.map(say);
      const option = frame(labels, { formatter: shortDay, unit: "%", gap: days.length < 3 });
      option.tooltip.formatter = ([{ dataIndex: i }]) => tip(labels[i], [
        [shares[i] > limit ? "threshold" : "bar", t("days.share"), `${shares[i].toFixed(2)}%`]]);
      option.series = [{
        type: "line", symbol: "circle", symbolSize: days.length > 45 ? 0 : 6, silent: true,
        data: shares.map((value) => ({ value, itemStyle: { color: colour(value > limit ? "threshold" : "bar") } })),
        lineStyle: { color: colour("bar"), width: 2 },
        markLine: {
          silent: true, symbol: "none", data: [{ yAxis: limit }], label: { show: false },
          lineStyle: { color: colour("threshold"), type: "dashed", width: 1.5 },
        },
      }, { // unseen: makes room for the threshold
        type: "line", data: shares.map(() => limit * 1.1), symbol: "none", silent: true, lineStyle: { opacity: 0 },
      }];
      return option;
    },
  };
  const shortDay = (day) => (/^\d{4}-\d\d-\d\d$/.test(day) ? day.slice(5) : day);
  const bars = (counts, tokenOf) => ({
    type: "bar", barCategoryGap: "28%", silent: true,
    data: counts.map((value, i) => ({ value, itemStyle: { color: colour(tokenOf(i)), borderRadius: [3, 3, 0, 0] } })),
    label: { show: true, position: "top", color: colour("muted"), fontSize: 12,
      formatter: ({ value }) => (value ? count(value) : "") },
  });

  const charts = all("[data-chart]").map((node) => ({
    node,
    kind: node.dataset.chart,
    data: JSON.parse(node.nextElementSibling.textContent),
    view: echarts.init(node, null, { renderer: "svg" }),
  }));
  // A view box lets print scale the drawing to its column.
  function fit({ node, view }) {
    node.querySelector("svg").setAttribute("viewBox", `0 0 ${view.getWidth()} ${view.getHeight()}`);
  }
  function draw() {
    for (const chart of charts) {
      chart.view.setOption(drawers[chart.kind](chart.data), true);
      fit(chart);
    }
  }
  const watchSize = new ResizeObserver((entries) => {
    if (printing) return;
    for (const { target } of entries) {
      const chart = charts.find(({ node }) => node === target);
      chart.view.resize();
      fit(chart);
    }
  });
  for (const chart of charts) watchSize.observe(chart.node);
  function print(now) {
    if (now === printing) return;
    printing = now;
    draw();
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", ({ matches }) => print(matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => {
      remember(button.dataset.language);
      speak(button.dataset.language);
    });
  }
  speak(wanted());
})();
