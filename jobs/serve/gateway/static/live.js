// Draws /live.json every two seconds. Texts go in as text, never as markup; no asset from elsewhere.
"use strict";
const SVG = "http://www.w3.org/2000/svg", HEIGHT = 208, LEFT = 52, BOTTOM = 22, TOP = 10;
const WORDS = {
  accept: ["通过", "good"], reject: ["不通过", "bad"], manual: ["转人工", "warn"], other: ["其他", "soft"],
  pass: ["正常", "good"], review: ["需复核", "warn"], block: ["禁止", "bad"], unknown: ["未知", "soft"],
};
const ROUTES = { instant: ["即办核验", "instant items"], credit: ["信用查询", "credit look-ups"] };
const TOTALS = { answers: ["答复", "answers"], doubles: ["重复答复", "doubles"], timeouts: ["超时", "timeouts"], disagreements: ["副本不一致", "disagreements"], dead_letters: ["死信", "dead letters"] };

function part(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
function shape(tag, attributes = {}, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
const fill = (id, ...children) => document.getElementById(id).replaceChildren(...children);
const number = (value) => value === null ? "–" : value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") : value.toFixed(1);
const both = (zh, en) => [zh + " ", part("small", {}, en)];

function tile(zh, en, value, unit, tone) {
  return part("div", { class: "tile" }, part("b", { class: tone || "" }, number(value), part("small", {}, unit)), part("span", {}, zh), part("span", { class: "en" }, en));
}
function tiles(now) {
  const alive = now.replicas.filter((one) => one.alive).length, busy = now.engine.rate > 0;
  const http = (name) => tile(`${name} 网关时延`, "HTTP, last minute", now.http[name], "ms");
  const engine = (name) => tile(`${name} 引擎时延`, "stream, last minute", now.engine[name], "ms");
  const tone = !now.replicas.length || (!busy && !alive) ? "soft" : alive === now.replicas.length ? "good" : "bad";
  fill("tiles",
    tile("每秒答复", "answers a second", now.engine.rate, "/s"), http("p50"), http("p95"), http("p99"), engine("p50"), engine("p99"),
    tile("等待中", "waiting now", now.in_flight, ""), tile("存活副本", `of ${now.replicas.length} replicas`, alive, "", tone));
}

// Latencies span three decades: a log axis keeps 1 ms and 500 ms both readable.
function scale(values, log) {
  const most = Math.max(...values.filter((value) => value !== null), log ? 10 : 1), inner = HEIGHT - BOTTOM - TOP;
  if (log) {
    const low = -1, high = Math.ceil(Math.log10(most));
    const marks = Array.from({ length: high - low + 1 }, (_, place) => 10 ** (low + place));
    return { marks, y: (value) => TOP + inner * (1 - (Math.log10(Math.max(value, 0.1)) - low) / (high - low)) };
  }
  const step = 10 ** Math.floor(Math.log10(most)), unit = [1, 2, 5, 10].map((times) => times * step).find((size) => size * 4 >= most) || step;
  const top = Math.ceil(most / unit) * unit;
  return { marks: Array.from({ length: Math.round(top / unit) + 1 }, (_, place) => place * unit), y: (value) => TOP + inner * (1 - value / top) };
}
function path(points, name, axis, x) {
  let drawn = "", gap = true;
  for (const point of points) {
    if (point[name] === null) { gap = true; continue; }
    drawn += `${gap ? "M" : "L"}${x(point).toFixed(1)} ${axis.y(point[name]).toFixed(1)}`;
    gap = false;
  }
  return drawn;
}
function chart(id, points, traces, log) {
  const width = document.getElementById(id).clientWidth, svg = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  const axis = scale(points.flatMap((point) => traces.map((trace) => point[trace.name])), log);
  const first = points[0].at, last = points[points.length - 1].at, x = (point) => LEFT + (width - LEFT - 8) * (point.at - first) / (last - first);
  for (const mark of axis.marks) {
    svg.append(shape("line", { class: "grid", x1: LEFT, x2: width - 8, y1: axis.y(mark), y2: axis.y(mark) }));
    svg.append(shape("text", { x: LEFT - 8, y: axis.y(mark) + 4, "text-anchor": "end" }, mark.toLocaleString("en", { maximumFractionDigits: 2 })));
  }
  for (const point of points.filter((one) => one.at % 30 < 2)) {
    svg.append(shape("text", { x: x(point), y: HEIGHT - 5, "text-anchor": "middle" }, new Date(point.at * 1000).toLocaleTimeString("en-GB")));
  }
  const legend = part("div", { class: "legend" });
  for (const trace of traces) {
    svg.append(shape("path", { class: `trace ${trace.tone}`, d: path(points, trace.name, axis, x) }));
    const key = shape("svg", { viewBox: "0 0 28 10" });
    key.append(shape("path", { class: `trace ${trace.tone}`, d: "M0 5L28 5" }));
    legend.append(part("span", {}, key, ...both(trace.zh, trace.en)));
  }
  fill(id, svg, legend);
}

function row(label, count, share, tone, shown) {
  const svg = shape("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none" });
  svg.append(shape("rect", { width: Math.max(share * 100, count ? 0.7 : 0), height: 10, class: tone }));
  const name = part("span", { class: "name" }, ...label);
  name.title = name.textContent;
  return part("div", { class: "row" }, name, part("div", { class: "bar" }, svg), part("span", { class: "count" }, shown));
}
function mix(verdicts) {
  const made = [];
  for (const [route, [zh, en]] of Object.entries(ROUTES)) {
    const counts = verdicts[route] || {}, sum = Object.values(counts).reduce((one, other) => one + other, 0);
    made.push(part("h3", {}, ...both(zh, `${en}, ${sum.toLocaleString("en")}`)));
    for (const [name, count] of Object.entries(counts)) {
      if (name !== "other" || count) made.push(row(both(WORDS[name][0], name), count, sum ? count / sum : 0, WORDS[name][1], `${count.toLocaleString("en")} · ${sum ? (100 * count / sum).toFixed(1) : "0.0"} %`));
    }
  }
  fill("mix", ...made);
}
function rules(top) {
  const most = top.length ? top[0][1] : 1;
  fill("rules", ...(top.length ? top.map(([name, count]) => row([name], count, count / most, "one", count.toLocaleString("en"))) : [part("p", { class: "soft" }, "最近一分钟没有 None in the last minute")]));
}
function replicas(known) {
  const some = known.some((one) => one.alive);
  fill("replicas", ...(known.length ? known.map((one) => part("span", { class: `replica ${one.alive ? "good" : some ? "bad" : "soft"}` },
    ...both(one.name, one.alive ? "应答中 answering" : `${one.silent_s} 秒无答复 silent for ${one.silent_s} s`))) : [part("p", { class: "soft" }, "尚无答复 No answer yet")]));
}
function alerts(known) {
  fill("alerts", ...(known.length ? known.map((one) => part("li", {}, part("time", {}, new Date(one.at).toLocaleTimeString("en-GB")), part("span", { class: one.level }, one.zh), part("small", {}, one.en))) : [part("li", { class: "soft" }, "没有告警 None")]));
}
function state(tone, zh, en) {
  const place = document.getElementById("state");
  place.className = tone;
  place.replaceChildren(...both(zh, en));
}

function draw(now) {
  const missing = now.replicas.some((one) => one.alive) && now.replicas.some((one) => !one.alive), time = new Date(now.now * 1000).toLocaleTimeString("en-GB");
  if (!now.broker_up) state("bad", "消息服务不可用", `broker away · ${time}`);
  else if (missing) state("warn", "有副本无答复", `a replica is silent · ${time}`);
  else state("good", "运行正常", `all well · ${time}`);
  tiles(now);
  chart("latency", now.series, [
    { name: "http_p99", tone: "two", zh: "网关 p99", en: "HTTP" }, { name: "http_p50", tone: "two dashed", zh: "网关 p50", en: "HTTP" },
    { name: "engine_p99", tone: "one", zh: "引擎 p99", en: "stream" }, { name: "engine_p50", tone: "one dashed", zh: "引擎 p50", en: "stream" }], true);
  chart("rate", now.series, [{ name: "rate", tone: "one", zh: "全部", en: "all" }, { name: "http_rate", tone: "two dashed", zh: "经网关", en: "over HTTP" }], false);
  mix(now.verdicts);
  rules(now.rules);
  replicas(now.replicas);
  fill("totals", ...Object.entries(TOTALS).flatMap(([name, words]) => [part("dt", {}, ...both(...words)), part("dd", { class: name === "answers" || name === "doubles" || !now.totals[name] ? "" : "bad" }, now.totals[name].toLocaleString("en"))]));
  alerts(now.alerts);
}
async function look() {
  try {
    draw(await (await fetch("live.json", { cache: "no-store" })).json());
  } catch (error) {
    state("bad", "网关没有应答，数字已停止更新", "the gateway does not answer; the figures stand still");
  }
  setTimeout(look, 2000);
}
look();
