// Streams lie in the page compressed; one is unpacked when it is first looked at.
const index = JSON.parse(document.getElementById("index").textContent);
const unpackedStreams = new Map();

async function unpack(place) {
  if (!unpackedStreams.has(place)) unpackedStreams.set(place, await readStream(place));
  return unpackedStreams.get(place);
}

async function readStream(place) {
  const text = atob(document.getElementById(`stream-${place}`).textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const stream = JSON.parse(await new Response(inflated).text());
  stream.runs.forEach((run, number) => prepareRun(run, stream.qualities[number]));
  if (stream.picture) stream.image = await loadImage(stream.picture);
  return stream;
}

function loadImage(address) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = address;
  });
}

// Undoes the differences in the paths, and finds for each track what happened to it.
function prepareRun(run, quality) {
  run.paths = run.paths.map((steps) => {
    const points = new Int32Array(steps);
    for (let i = 3; i < points.length; i++) points[i] += points[i - 3];
    return points;
  });
  run.objects = quality ? quality.objects.map(([id, life]) => ({ id, life, marks: [] })) : null;
  run.marks = new Map();
  if (!quality) return;
  for (const [frame, object, track] of quality.fragments) {
    const text = `object ${run.objects[object].id}: covered again`;
    run.objects[object].marks.push({ frame, kind: "fragment", text });
    addMark(run, track, { frame, kind: "fragment", text });
  }
  // Switches come last, so that they are drawn on top of the fragments that they often are too.
  for (const [frame, object, before, after] of quality.switches) {
    const text = `object ${run.objects[object].id}: id ${run.ids[before]} becomes ${run.ids[after]}`;
    run.objects[object].marks.push({ frame, kind: "switch", text });
    addMark(run, after, { frame, kind: "switch", text });
  }
}

function addMark(run, track, mark) {
  if (!run.marks.has(track)) run.marks.set(track, []);
  run.marks.get(track).push(mark);
}

// Where a track's feet are in a frame, between the points that are known; null outside its life.
function placeAt(run, track, frame) {
  if (frame < run.first[track] || frame > run.last[track] || inGap(run, track, frame)) return null;
  const path = run.paths[track];
  let low = 0;
  let high = path.length / 3 - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (path[3 * middle] <= frame) low = middle;
    else high = middle;
  }
  const span = path[3 * high] - path[3 * low];
  const share = span > 0 ? (frame - path[3 * low]) / span : 0;
  return [1, 2].map((i) => path[3 * low + i] + share * (path[3 * high + i] - path[3 * low + i]));
}

function inGap(run, track, frame) {
  const gaps = run.gaps[track] || [];
  for (let i = 0; i < gaps.length; i += 2) if (frame >= gaps[i] && frame <= gaps[i + 1]) return true;
  return false;
}

function count(number) {
  return number.toLocaleString("en");
}

function plural(number, word) {
  return `${count(number)} ${word}${number === 1 ? "" : word.endsWith("x") ? "es" : "s"}`;
}

// "frame 120 (0:04.8)"; without a frame rate "frame 120".
function frameText(stream, frame) {
  if (!stream.rate) return `frame ${count(frame)}`;
  const seconds = (frame - 1) / stream.rate;
  return `frame ${count(frame)} (${clock(seconds)})`;
}

function clock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = (seconds % 60).toFixed(1).padStart(4, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
