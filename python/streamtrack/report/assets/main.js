// Chooses the stream and the span of time, and keeps every drawing in step.
const find = (id) => document.getElementById(id);
const state = {
  view: "tracks",
  from: 1,
  to: 1,
  cursor: 1,
  hovered: [-1, -1],
  pinned: [-1, -1],
  strongTrack: (run) => (state.hovered[run] >= 0 ? state.hovered[run] : state.pinned[run]),
  isStrong: (run, track) => state.strongTrack(run) === track,
  anyStrong: (run) => state.strongTrack(run) >= 0,
  hover(run, track) {
    if (state.hovered[run] === track) return;
    state.hovered[run] = track;
    panels[run].timeline.redraw();
    panels[run].scene.redrawTop();
  },
  pin(run, track) {
    state.pinned[run] = state.pinned[run] === track ? -1 : track;
    redrawAll();
  },
  setCursor(frame) {
    state.cursor = Math.min(Math.max(1, Math.round(frame)), current.frames);
    redrawCursor();
  },
  describeTrack: (run, track) => panels[run].timeline.describeTrack(track),
};
let current = null;
let place = -1;
let panels = [];
let playing = 0;

async function choose(next) {
  place = (next + index.streams.length) % index.streams.length;
  const asked = place;
  markRow();
  const stream = await unpack(place);
  if (asked !== place) return; // another stream was chosen meanwhile
  current = stream;
  stop();
  Object.assign(state, { from: 1, to: stream.frames, cursor: 1, hovered: [-1, -1], pinned: [-1, -1] });
  find("stream-title").textContent = stream.name;
  find("stream-facts").textContent = facts(stream);
  find("cursor").max = stream.frames;
  const judged = stream.runs.some((run) => run.objects);
  find("views").hidden = !judged;
  if (!judged) state.view = "tracks";
  makePanels(stream);
  setView(state.view);
  redrawCursor();
  drawCharts(stream);
  showDifferences(stream);
  document.documentElement.dataset.shown = stream.name;
}

// Shows which row of the table is chosen, and brings it into the table's sight.
function markRow() {
  const box = document.querySelector(".scroll.table");
  for (const row of document.querySelectorAll("#streams-table tbody tr")) {
    const chosen = Number(row.dataset.place) === place;
    row.setAttribute("aria-selected", String(chosen));
    if (!chosen) continue;
    const above = row.offsetTop - row.offsetHeight;
    const below = row.offsetTop + row.offsetHeight - box.clientHeight;
    box.scrollTop = Math.min(above, Math.max(below, box.scrollTop));
  }
}

function facts(stream) {
  const parts = [plural(stream.frames, "frame")];
  if (stream.rate) parts.push(`${clock(stream.frames / stream.rate)} at ${stream.rate} frames a second`);
  const [left, top, right, bottom] = stream.extent;
  if (stream.sized) parts.push(`${right - left} × ${bottom - top} pixels`);
  return parts.join(", ");
}

function makePanels(stream) {
  const runs = find("runs");
  runs.className = `runs ${stream.runs.length > 1 ? "two" : "one"}`;
  runs.replaceChildren();
  panels = stream.runs.map((run, number) => {
    const box = document.createElement("div");
    box.className = "run";
    const title = stream.runs.length > 1 ? `<h3 class="run-${number}">${escaped(index.runs[number])}</h3>` : "";
    box.innerHTML = `<div>${title}<div class="timeline"></div></div><div class="scene"></div>`;
    runs.append(box);
    return {
      timeline: new Timeline(box.querySelector(".timeline"), stream, number, state),
      scene: new Scene(box.querySelector(".scene"), stream, number, state),
    };
  });
}

function setView(view) {
  state.view = view;
  for (const button of document.querySelectorAll("#views button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  const judged = current.runs.some((run) => run.objects);
  const keys = [["life", view === "objects" ? "covered, in the colour of the id" : "seen"]];
  keys.push(view === "objects" ? ["missed", "missed"] : ["gap", "gap"]);
  if (judged) keys.push(["switch", "id switch"], ["fragment", "fragment"]);
  find("keys").innerHTML = keys.map(([kind, text]) => `<span class="key-${kind}">${text}</span>`).join("");
  for (const panel of panels) panel.timeline.layOut();
}

function setSpan(from, to) {
  state.from = Math.max(1, Math.min(from, to));
  state.to = Math.min(current.frames, Math.max(from, to));
  state.cursor = Math.min(Math.max(state.cursor, state.from), state.to);
  for (const panel of panels) {
    panel.timeline.layOut();
    panel.scene.redraw();
  }
  redrawCursor();
}

function redrawCursor() {
  find("cursor").value = state.cursor;
  find("cursor-text").textContent = frameText(current, state.cursor);
  find("fit").disabled = state.from === 1 && state.to === current.frames;
  drawOverview(find("overview"), current, state);
  for (const panel of panels) {
    panel.timeline.redraw();
    panel.scene.redrawTop();
  }
}

function redrawAll() {
  for (const panel of panels) {
    panel.timeline.redraw();
    panel.scene.redraw();
  }
  redrawCursor();
}

function play() {
  if (playing) return stop();
  const rate = current.rate || 30;
  let last = performance.now();
  let exact = state.cursor >= state.to ? state.from : state.cursor;
  find("play").textContent = "❚❚";
  find("play").setAttribute("aria-label", "Pause");
  const step = (now) => {
    exact += ((now - last) / 1000) * rate;
    last = now;
    state.setCursor(Math.min(exact, state.to));
    if (exact >= state.to) stop();
    else playing = requestAnimationFrame(step);
  };
  playing = requestAnimationFrame(step);
}

function stop() {
  cancelAnimationFrame(playing);
  playing = 0;
  find("play").textContent = "▶";
  find("play").setAttribute("aria-label", "Play");
}

function listenToOverview() {
  const canvas = find("overview");
  let began = null;
  const frameAt = (event) => {
    const box = canvas.getBoundingClientRect();
    return Math.round(1 + ((event.clientX - box.left) / box.width) * (current.frames - 1));
  };
  canvas.onpointerdown = (event) => {
    began = frameAt(event);
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    if (began !== null && Math.abs(frameAt(event) - began) > current.frames / 200) setSpan(began, frameAt(event));
  };
  canvas.onpointerup = (event) => {
    if (began !== null && Math.abs(frameAt(event) - began) <= current.frames / 200) state.setCursor(frameAt(event));
    began = null;
  };
  canvas.onpointercancel = () => (began = null);
}

function listenToTable() {
  const table = find("streams-table");
  const body = table.tBodies[0];
  const pick = (event) => {
    const row = event.target.closest("tr[data-place]");
    if (!row) return;
    choose(Number(row.dataset.place));
    if (event.type === "click") find("stream").scrollIntoView({ block: "start", behavior: "smooth" });
  };
  body.onclick = pick;
  body.onkeydown = (event) => event.key === "Enter" && pick(event);
  table.tHead.onclick = (event) => {
    const head = event.target.closest("th");
    if (!head || !head.querySelector("button")) return;
    const down = head.getAttribute("aria-sort") !== "descending" && head.cellIndex > 0;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[head.cellIndex].dataset.value;
    const order = head.cellIndex
      ? (a, b) => Number(value(a)) - Number(value(b))
      : (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
    body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * order(a, b)));
  };
  find("filter").oninput = (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.cells[0].dataset.value.toLowerCase().includes(wanted);
  };
}

function listen() {
  listenToTable();
  listenToOverview();
  find("previous").onclick = () => choose(place - 1);
  find("next").onclick = () => choose(place + 1);
  find("fit").onclick = () => setSpan(1, current.frames);
  find("play").onclick = play;
  find("cursor").oninput = (event) => state.setCursor(Number(event.target.value));
  find("views").onclick = (event) => event.target.dataset.view && setView(event.target.dataset.view);
  find("theme").onclick = () => {
    recolour(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  };
  matchMedia("(prefers-color-scheme: dark)").onchange = (event) => recolour(event.matches ? "dark" : "light");
  new ResizeObserver(onceAFrame(resize)).observe(document.body);
}

function recolour(name) {
  document.documentElement.dataset.theme = name;
  readTheme();
  resize();
}

function resize() {
  if (!current) return;
  redrawAll();
  drawCharts(current);
  if (current.differences && current.differences.frames.length) {
    drawStrip(find("strip"), current);
    drawDifference(current);
  }
}

readTheme();
if (index.streams.length) {
  listen();
  choose(0);
}
