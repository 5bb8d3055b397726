// Where two runs differ: how much over time, a row for each frame, and the boxes of some frames.
const [ALONE, RENAMED, MOVED] = [1, 2, 3];
const ROWS_SHOWN = 2000;

function showDifferences(stream) {
  const section = document.getElementById("differences");
  section.hidden = !stream.differences;
  if (!stream.differences) return;
  const { frames } = stream.differences;
  stream.differing = frames.filter(([, alone, other, renamed]) => alone + other + renamed);
  const moved = frames.length - stream.differing.length;
  document.getElementById("differences-facts").textContent = frames.length
    ? `Tracks differ in ${plural(stream.differing.length, "frame")} of ${count(stream.frames)}, ids up to renaming; ` +
      `in ${count(moved)} more only the boxes are elsewhere (by more than 0.01 pixels).`
    : "The two runs are equal in every box of this stream, ids up to renaming.";
  section.querySelector(".pair").hidden = !frames.length;
  document.getElementById("strip").hidden = !frames.length;
  const choice = document.getElementById("moved-too");
  choice.parentElement.hidden = !moved;
  choice.checked = !stream.differing.length;
  choice.onchange = () => listDifferences(stream);
  if (frames.length) listDifferences(stream);
}

function listDifferences(stream) {
  const moved = document.getElementById("moved-too").checked;
  stream.listed = moved ? stream.differences.frames : stream.differing;
  const [first, second] = index.runs;
  const head = ["frame", `only ${first}`, `only ${second}`, "other id", "moved"];
  const rows = stream.listed.slice(0, ROWS_SHOWN).map((row) => {
    const cells = row.map((value) => `<td>${value ? count(value) : "–"}</td>`).join("");
    return `<tr data-frame="${row[0]}" tabindex="0">${cells}</tr>`;
  });
  const table = document.getElementById("difference-table");
  table.innerHTML = `<thead><tr>${head.map((name) => `<th>${escaped(name)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody>`;
  table.onclick = (event) => {
    const row = event.target.closest("tr[data-frame]");
    if (row) chooseDifference(stream, Number(row.dataset.frame));
  };
  table.onkeydown = (event) => {
    if (event.key === "Enter") table.onclick(event);
  };
  drawStrip(document.getElementById("strip"), stream);
  if (stream.listed.length) chooseDifference(stream, stream.listed[0][0]);
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function drawStrip(canvas, stream) {
  const width = canvas.clientWidth;
  const height = 54;
  const context = sized(canvas, width, height);
  const bins = Math.max(1, Math.min(stream.frames, Math.floor(width / 3)));
  const sums = new Float64Array(bins);
  for (const [frame, alone, other, renamed, moved] of stream.listed) {
    const bin = Math.min(bins - 1, Math.floor(((frame - 1) / stream.frames) * bins));
    sums[bin] += alone + other + renamed || moved;
  }
  const most = Math.max(...sums, 1);
  context.fillStyle = theme.bad;
  sums.forEach((sum, bin) => {
    const size = sum ? Math.max(2, (sum / most) * (height - 8)) : 0;
    context.fillRect((bin * width) / bins, height - size, Math.max(1, width / bins - 1), size);
  });
  canvas.onclick = (event) => {
    const frame = 1 + ((event.clientX - canvas.getBoundingClientRect().left) / width) * stream.frames;
    const numbers = stream.listed.map((row) => row[0]);
    chooseDifference(stream, numbers.reduce((a, b) => (Math.abs(b - frame) < Math.abs(a - frame) ? b : a)));
  };
}

function chooseDifference(stream, frame) {
  stream.shownDifference = frame;
  for (const row of document.querySelectorAll("#difference-table tr[data-frame]")) {
    row.setAttribute("aria-selected", String(Number(row.dataset.frame) === frame));
  }
  drawDifference(stream);
}

function drawDifference(stream) {
  const frame = stream.shownDifference;
  const boxes = stream.differences.drawn[frame];
  const kept = Object.keys(stream.differences.drawn).length;
  document.getElementById("drawn-title").textContent = boxes
    ? `${frameText(stream, frame)}. Red: only in this run; dashed: another id in the other; amber: moved; grey: equal.`
    : `${frameText(stream, frame)}: only the first ${kept} differing frames are drawn.`;
  for (const run of [0, 1]) {
    const canvas = document.getElementById(`drawn-${run}`);
    const caption = canvas.nextElementSibling;
    const only = (boxes ? boxes[run] : []).filter((box) => box[5] === ALONE).length;
    caption.innerHTML = `<strong class="run-${run}">${escaped(index.runs[run])}</strong>: ${only} only here`;
    drawBoxes(canvas, stream, run, boxes ? boxes[run] : []);
  }
}

function drawBoxes(canvas, stream, run, boxes) {
  const [left, top, right, bottom] = stream.extent;
  const width = canvas.clientWidth;
  const scale = width / (right - left);
  const context = sized(canvas, width, Math.max(60, (bottom - top) * scale));
  if (stream.image) {
    context.globalAlpha = 0.4;
    context.drawImage(stream.image, -left * scale, -top * scale, (right - left) * scale, (bottom - top) * scale);
    context.globalAlpha = 1;
  }
  const shown = [...boxes].sort((a, b) => ((b[5] + 3) % 4) - ((a[5] + 3) % 4)); // what is alone on top
  for (const [track, x, y, w, h, status] of shown) {
    const [bx, by] = [(x - left) * scale, (y - top) * scale];
    context.globalAlpha = status ? 1 : 0.35;
    context.lineWidth = status ? 2.2 : 1;
    context.setLineDash(status === RENAMED ? [6, 3] : []);
    context.strokeStyle = !status ? theme.muted : status === MOVED ? theme.warn : theme.bad;
    context.strokeRect(bx, by, w * scale, h * scale);
    if (status) {
      context.fillStyle = context.strokeStyle;
      context.fillText(shortName(stream.runs[run].ids[track]), bx + 3, Math.max(8, by - 7));
    }
  }
  context.setLineDash([]);
}
