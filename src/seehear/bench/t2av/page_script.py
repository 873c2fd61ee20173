"""The leaderboard page's script: filter, sort, open one clip. Everything from outside is set as text."""

SCRIPT = r"""
"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
let shown = 60, order = {key: "prompt", up: true};
const pick = {system: "", status: "", category: "", text: ""};

function el(tag, props, ...inside) {
  const node = document.createElement(tag);
  Object.assign(node, props || {});
  for (const one of inside.flat()) if (one !== null && one !== undefined && one !== "") node.append(one);
  return node;
}
function draw(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
function told(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size && size < 0.01 ? 4 : 2);
}
const named = name => name.replaceAll("_", " ");

/* sorting of every table by its heads */
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.dataset.sort = "";
    head.onclick = () => {
      const up = head.dataset.sort !== "up";
      heads.forEach(one => { one.dataset.sort = ""; });
      head.dataset.sort = up ? "up" : "down";
      const worth = row => { const cell = row.cells[column]; const text = cell.dataset.value ?? cell.textContent;
        const number = parseFloat(text); return Number.isNaN(number) ? text : number; };
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const x = worth(a), y = worth(b);
        const less = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
        return up ? less : -less; });
      table.tBodies[0].append(...rows);
    };
  });
}

/* filters */
function choice(label, options, change) {
  const box = el("select", {title: label, ariaLabel: label});
  for (const [value, text] of options) box.append(el("option", {value, textContent: text}));
  box.onchange = () => { change(box.value); shown = 60; grid(); };
  return box;
}
function filters() {
  const categories = D.categories.map(one => [one.field + "\u0000" + one.category,
    named(one.field) + ": " + one.category + " (" + one.prompts + ")"]);
  const flags = [...new Set(D.items.flatMap(one => [one.status, ...one.flags]))].sort();
  const keys = [["prompt", "by prompt"], ...D.metrics.map(([name]) => [name, "by " + named(name)])];
  const search = el("input", {placeholder: "words of the prompt", ariaLabel: "words of the prompt"});
  search.oninput = () => { pick.text = search.value.toLowerCase(); grid(); };
  const turn = el("button", {type: "button", textContent: "turn round"});
  turn.onclick = () => { order.up = !order.up; grid(); };
  document.getElementById("filters").append(
    choice("system", [["", "all systems"], ...D.systems.map(one => [one, one])], value => { pick.system = value; }),
    choice("status", [["", "any status"], ...flags.map(one => [one, one])], value => { pick.status = value; }),
    choice("category", [["", "all categories"], ...categories], value => { pick.category = value; }),
    choice("order", keys, value => { order.key = value; }), turn, search);
}
function wanted(one) {
  const prompt = D.prompts[one.prompt];
  if (pick.system && one.system !== pick.system) return false;
  if (pick.status && one.status !== pick.status && !one.flags.includes(pick.status)) return false;
  if (pick.text && !prompt.text.toLowerCase().includes(pick.text)) return false;
  if (!pick.category) return true;
  const [field, category] = pick.category.split("\u0000");
  return prompt.categories[field].includes(category);
}
function worth(one) { return order.key === "prompt" ? one.prompt : one.scores[order.key]; }
function grid() {
  const found = D.items.filter(wanted).sort((a, b) => {
    const x = worth(a), y = worth(b);
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
    return (order.up ? 1 : -1) * (x - y) || a.prompt - b.prompt; });
  const place = document.getElementById("grid");
  place.replaceChildren(...found.slice(0, shown).map(card));
  document.getElementById("count").textContent = found.length + " of " + D.items.length + " clips";
  const more = document.getElementById("more");
  more.hidden = found.length <= shown;
  more.onclick = () => { shown += 120; grid(); };
}
function badges(one) {
  const found = one.flags.map(flag => el("span", {className: "flag", textContent: flag}));
  if (one.status !== "ok") found.unshift(el("span", {className: "flag bad", textContent: one.status}));
  return found;
}
function card(one) {
  const poster = one.view.poster ? el("img", {className: "poster", loading: "lazy", alt: "",
    src: "data:image/jpeg;base64," + one.view.poster}) : el("div", {className: "poster"});
  const value = order.key === "prompt" ? "" : " · " + named(order.key) + " " + told(one.scores[order.key]);
  const node = el("article", {tabIndex: 0}, poster,
    el("p", {textContent: one.system + " · " + String(one.prompt).padStart(4, "0") + value}), badges(one));
  node.onclick = () => open_clip(one);
  node.onkeydown = event => { if (event.key === "Enter") open_clip(one); };
  return node;
}

/* one clip */
function open_clip(one) {
  const box = document.getElementById("clip"), prompt = D.prompts[one.prompt];
  const close = el("button", {className: "close", type: "button", textContent: "Close"});
  close.onclick = () => box.close();
  const left = [media(one), one.failure ? el("p", {textContent: one.failure}) : null, ...badges(one),
    ...waves(one), spectrum(one), ...azimuths(one), el("h4", {textContent: "Prompt"}),
    el("p", {className: "prompt", textContent: prompt.text})];
  box.replaceChildren(close, el("h2", {textContent: one.system + " · prompt " + one.prompt}),
    el("div", {className: "two"}, el("div", {}, left), el("div", {}, verdicts(one, prompt), scores(one))));
  box.onclose = () => { const video = box.querySelector("video"); if (video) video.pause(); };
  box.showModal();
}
function media(one) {
  if (!one.video) return el("p", {textContent: "No clip."});
  const video = el("video", {controls: true, preload: "none", src: one.video});
  if (one.view.poster) video.poster = "data:image/jpeg;base64," + one.view.poster;
  return el("div", {}, video, el("p", {}, el("a", {href: one.video, textContent: one.file})));
}
function waves(one) {
  if (!one.view.wave) return [];
  const names = one.view.wave.length === 2 ? ["left", "right"] : ["mono"];
  return one.view.wave.map((row, channel) => {
    const count = row.length / 2, node = draw("svg", {viewBox: "0 0 480 44", role: "img",
      "aria-label": "waveform " + names[channel]});
    const points = [];
    for (let i = 0; i < count; i++) points.push([44 + 434 * i / count, 22 - row[2 * i + 1] * 0.2]);
    for (let i = count - 1; i >= 0; i--) points.push([44 + 434 * i / count, 22 - row[2 * i] * 0.2]);
    node.append(draw("polygon", {class: "wave", points: points.map(p => p.map(x => x.toFixed(1)).join(",")).join(" ")}),
      draw("text", {class: "axis", x: 2, y: 26}, names[channel]));
    return node;
  });
}
function spectrum(one) {
  if (!one.view.spectrum) return null;
  return el("div", {}, el("h4", {textContent: "Spectrogram (mel, to " + one.view.top_hz / 1000 + " kHz, 70 dB)"}),
    el("img", {className: "spectrum", alt: "spectrogram", src: "data:image/jpeg;base64," + one.view.spectrum}));
}
function azimuths(one) {
  if (!one.track || !one.track.heard) return [];
  const width = 480, height = 170, seconds = one.view.seconds || 1;
  const x = t => 44 + (width - 52) * Math.min(t / seconds, 1), y = a => 12 + (height - 34) * (1 - (a + 60) / 120);
  const within = a => Math.max(-60, Math.min(60, a));
  const node = draw("svg", {viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": "azimuth over time"});
  for (const [angle, text] of [[60, "left 60°"], [30, "30°"], [0, "front"], [-30, "30°"], [-60, "right 60°"]])
    node.append(draw("line", {class: "zero", x1: 44, x2: width - 8, y1: y(angle), y2: y(angle)}),
      draw("text", {class: "axis", x: 2, y: y(angle) + 4}, text));
  node.append(draw("text", {class: "axis", x: width - 60, y: height - 6}, seconds.toFixed(1) + " s"));
  Object.values(one.track.seen).forEach((line, number) => node.append(draw("polyline", {class: "seen s" + number % 5,
    points: line.map(([t, a]) => x(t).toFixed(1) + "," + y(within(a)).toFixed(1)).join(" ")})));
  for (const [t, a] of one.track.heard) node.append(draw("circle", {class: "heard", cx: x(t), cy: y(within(a)), r: 3}));
  return [el("h4", {textContent: "Azimuth: lines seen, dots heard"}), node];
}
function rows(body) { const part = el("tbody"); part.append(...body); return part; }
function row(...cells) {
  return el("tr", {}, cells.map((text, place) => el(place ? "td" : "th", {textContent: text,
    className: place === 2 ? "words" : ""})));
}
function verdicts(one, prompt) {
  const found = [];
  for (const [judge, verdict] of Object.entries(one.verdicts)) {
    if (!verdict.asked) continue;
    const body = verdict.asked.map(name => {
      const score = verdict.scores[name];
      const words = verdict.failures[name] ? "no answer: " + verdict.failures[name] : verdict.reasons[name] || "";
      const line = row(named(name), score === null && !verdict.failures[name] ? "n/a" : String(score ?? "–"), words);
      line.title = prompt.questions[name] || ""; return line; });
    found.push(el("h4", {textContent: "Judge " + judge + " (1 to 5)"}),
      el("div", {className: "wide"}, el("table", {}, rows(body))));
  }
  return el("div", {}, found);
}
function scores(one) {
  const body = D.metrics.map(([name, unit]) => {
    const more = Object.entries(one.extra[name] || {});
    const extra = more.map(([key, v]) => key + " " + told(v)).join(", ");
    return row(named(name), told(one.scores[name]) + (one.scores[name] === undefined ? "" : " " + unit),
      one.reasons[name] || extra); });
  return el("div", {}, el("h4", {textContent: "Scores"}), el("div", {className: "wide"}, el("table", {}, rows(body))));
}

/* categories */
function by_category() {
  const place = document.getElementById("categories"), out = el("div", {className: "wide"});
  const metrics = D.categories.length ? Object.keys(Object.values(D.categories[0].systems)[0]) : [];
  const box = el("select", {ariaLabel: "field"},
    D.fields.map(one => el("option", {value: one, textContent: named(one)})));
  const which = el("select", {ariaLabel: "column"},
    metrics.map(one => el("option", {value: one, textContent: named(one)})));
  const show = () => {
    const body = D.categories.filter(one => one.field === box.value).map(one => el("tr", {},
      el("th", {textContent: one.category + " (" + one.prompts + ")"}), D.systems.map(system => {
        const cell = one.systems[system][which.value];
        const small = cell.low === null ? "n " + cell.n : told(cell.low) + " to " + told(cell.high) + ", n " + cell.n;
        return el("td", {}, told(cell.mean), el("small", {textContent: small})); })));
    const head = el("thead", {}, el("tr", {}, el("th", {textContent: "category"}),
      D.systems.map(one => el("th", {textContent: one}))));
    out.replaceChildren(el("table", {}, head, rows(body)));
  };
  box.onchange = which.onchange = show;
  place.append(el("div", {id: "pick"}, box, " ", which), out);
  show();
}
filters(); grid(); by_category();
const asked = decodeURIComponent(location.hash.slice(1)).split("/");
const linked = D.items.find(one => one.system === asked[0] && one.prompt === parseInt(asked[1], 10));
if (linked) open_clip(linked);
"""
