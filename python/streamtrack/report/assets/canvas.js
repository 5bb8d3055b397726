// What every drawing needs: sharp canvases, the theme's colours, one tooltip.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function trackColour(hue, alpha = 1) {
  return `hsl(${hue} 65% ${theme.light} / ${alpha})`;
}

const theme = {};
function readTheme() {
  for (const name of ["ink", "muted", "line", "soft", "panel", "scene", "first", "second", "bad", "warn", "light"]) {
    theme[name] = colour(name);
  }
}

// Gives the canvas as many pixels as the screen has, and returns a context in CSS pixels.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const across = Math.round(width * ratio);
  const down = Math.round(height * ratio);
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  return context;
}

// An id as there is room for it: those of many hosts have twenty digits, which differ in the last.
function shortName(name) {
  return name.length > 9 ? `…${name.slice(-7)}` : name;
}

const tip = document.getElementById("tip");
function showTip(event, text) {
  tip.textContent = text;
  tip.hidden = !text;
  if (!text) return;
  const box = tip.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, window.innerWidth - box.width - 8);
  const above = event.clientY + box.height + 24 > window.innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above ? event.clientY - box.height - 12 : event.clientY + 16}px`;
}

// Calls at most once a picture, however often it is asked.
function onceAFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

// Round numbers for an axis with room for so many labels.
function ticks(from, to, most, least = 1) {
  const raw = Math.max(least, (to - from) / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(raw));
  return multiples(from, to, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw * 0.999));
}

function multiples(from, to, step) {
  const found = [];
  for (let n = Math.ceil(from / step); n * step <= to; n++) found.push(n * step);
  return found;
}

// Frames of an axis and their labels: round times where the frame rate is known, else round frames.
function timeTicks(stream, { from, to }, most) {
  if (!stream.rate) return ticks(from, to, most).map((frame) => [frame, count(frame)]);
  const [begin, end] = [(from - 1) / stream.rate, to / stream.rate];
  const raw = (end - begin) / Math.max(1, most);
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].find((n) => n >= raw);
  const times =
    raw < 1 ? ticks(begin, end, most, 0.1) : step ? multiples(begin, end, step) : ticks(begin, end, most);
  return times.map((time) => [time * stream.rate + 1, clock(time).replace(/\.0$/, "")]);
}
