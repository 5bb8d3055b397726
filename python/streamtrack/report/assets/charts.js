// Histograms, counted beforehand: bars for one run, or pairs of bars for two.
function drawHistogram(svg, runs, label, tip) {
  const width = svg.clientWidth || 400;
  const height = 190;
  const [left, bottom, top] = [44, 24, 8];
  const bins = lastUsed(runs);
  const most = Math.max(1, ...runs.flat());
  const step = (width - left) / bins;
  const parts = [];
  for (const value of ticks(0, most, 4)) {
    const y = top + (1 - value / most) * (height - top - bottom);
    parts.push(`<line class="axis" x1="${left}" x2="${width}" y1="${y}" y2="${y}"/>`);
    parts.push(`<text x="${left - 6}" y="${y + 4}" text-anchor="end">${short(value)}</text>`);
  }
  const bar = (step - Math.min(3, step / 4)) / runs.length;
  runs.forEach((counts, run) => {
    for (let bin = 0; bin < bins; bin++) {
      const size = (counts[bin] / most) * (height - top - bottom);
      const shown = counts[bin] ? Math.max(size, 1) : 0;
      const x = left + bin * step + run * bar;
      parts.push(
        `<rect class="bar-${run}" x="${x}" y="${height - bottom - shown}" width="${bar}" height="${shown}">` +
          `<title>${tip(bin)}: ${count(counts[bin])}</title></rect>`,
      );
    }
  });
  const every = Math.ceil(46 / step);
  for (let bin = 0; bin <= bins; bin += every) {
    const text = label(bin);
    if (text) parts.push(`<text x="${left + bin * step}" y="${height - 6}" text-anchor="middle">${text}</text>`);
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.innerHTML = parts.join("");
}

// Empty bins at the end are left out.
function lastUsed(runs) {
  let bins = runs[0].length;
  while (bins > 6 && runs.every((counts) => !counts[bins - 1])) bins--;
  return bins;
}

function short(number) {
  if (number >= 1e6) return `${number / 1e6}M`;
  return number >= 1000 ? `${number / 1000}k` : String(number);
}

function drawCharts(stream) {
  const bins = stream.histograms[0].scores.length;
  const scoreAt = (bin) => (bin / bins).toFixed(2);
  drawHistogram(
    document.getElementById("scores"),
    stream.histograms.map((run) => run.scores),
    scoreAt,
    (bin) => `score ${scoreAt(bin)} to ${scoreAt(bin + 1)}`,
  );
  drawHistogram(
    document.getElementById("lengths"),
    stream.histograms.map((run) => run.lengths),
    (bin) => short(2 ** bin),
    (bin) => `${count(2 ** bin)} to ${count(2 ** (bin + 1) - 1)} boxes`,
  );
}

// Boxes per frame over the whole stream, and the chosen span of time.
function drawOverview(canvas, stream, state) {
  const width = canvas.clientWidth;
  const height = 54;
  const context = sized(canvas, width, height);
  const most = Math.max(1e-9, ...stream.activity.flat());
  stream.activity.forEach((values, run) => {
    const step = width / values.length;
    context.beginPath();
    context.moveTo(0, height);
    values.forEach((value, bin) => {
      const y = height - 2 - (value / most) * (height - 10);
      context.lineTo(bin * step, y);
      context.lineTo((bin + 1) * step, y);
    });
    context.lineTo(width, height);
    context.globalAlpha = 0.3;
    context.fillStyle = run ? theme.second : theme.first;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = context.fillStyle;
    context.stroke();
  });
  const x = (frame) => ((frame - 1) / stream.frames) * width;
  const [begin, end] = [x(state.from), x(state.to + 1)];
  context.fillStyle = theme.panel;
  context.globalAlpha = 0.75;
  context.fillRect(0, 0, begin, height);
  context.fillRect(end, 0, width - end, height);
  context.globalAlpha = 1;
  context.strokeStyle = theme.ink;
  context.strokeRect(begin + 0.5, 0.5, Math.max(1, end - begin - 1), height - 1);
  context.beginPath();
  context.moveTo(x(state.cursor + 0.5), 0);
  context.lineTo(x(state.cursor + 0.5), height);
  context.stroke();
}
