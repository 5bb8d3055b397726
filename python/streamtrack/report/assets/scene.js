// Where the tracks went: the middle of the lower side of their boxes, over the picture of the scene.
// Many tracks are drawn some thousand at a time, so that the page stays quick.
const TRACKS_AT_ONCE = 3000;
const MOST_LABELS = 40; // with more at once they would hide each other

class Scene {
  constructor(box, stream, number, state) {
    Object.assign(this, { box, stream, number, state, run: stream.runs[number] });
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Trajectories over the scene");
    this.top = document.createElement("canvas");
    this.top.style.cssText = "position:absolute;inset:0";
    this.top.setAttribute("aria-hidden", "true");
    box.replaceChildren(this.canvas, this.top);
    this.redraw = onceAFrame(() => this.draw());
    this.redrawTop = onceAFrame(() => this.drawTop());
    this.top.onpointermove = (event) => this.point(event);
    this.top.onpointerleave = () => this.leave();
    this.top.onclick = (event) => this.state.pin(this.number, this.nearest(event));
    this.redraw();
  }

  measure() {
    const [left, top, right, bottom] = this.stream.extent;
    this.width = this.box.clientWidth;
    this.scale = this.width / (right - left);
    this.height = Math.max(60, Math.min((bottom - top) * this.scale, 720));
    this.scale = Math.min(this.scale, this.height / (bottom - top));
    this.offset = [
      (this.width - (right - left) * this.scale) / 2 - left * this.scale,
      (this.height - (bottom - top) * this.scale) / 2 - top * this.scale,
    ];
  }

  at(x, y) {
    return [x * this.scale + this.offset[0], y * this.scale + this.offset[1]];
  }

  draw() {
    this.measure();
    const context = sized(this.canvas, this.width, this.height);
    if (this.stream.image) {
      const [left, top, right, bottom] = this.stream.extent;
      const [x, y] = this.at(left, top);
      context.globalAlpha = 0.55;
      context.drawImage(this.stream.image, x, y, (right - left) * this.scale, (bottom - top) * this.scale);
      context.globalAlpha = 1;
    }
    this.drawing = { context, next: 0 };
    this.drawSome(this.drawing);
    this.redrawTop();
  }

  drawSome(drawing) {
    if (drawing !== this.drawing) return; // a newer drawing has begun
    const { first, last } = this.run;
    const { from, to } = this.state;
    const { context } = drawing;
    context.lineJoin = "round";
    context.globalAlpha = first.length > 400 ? 0.45 : 0.75;
    context.lineWidth = first.length > 400 ? 1 : 1.6;
    const end = Math.min(first.length, drawing.next + TRACKS_AT_ONCE);
    for (let track = drawing.next; track < end; track++) {
      if (first[track] <= to && last[track] >= from) this.drawPath(context, track);
    }
    context.globalAlpha = 1;
    drawing.next = end;
    if (end < first.length) requestAnimationFrame(() => this.drawSome(drawing));
  }

  drawPath(context, track) {
    const path = this.run.paths[track];
    const { from, to } = this.state;
    context.strokeStyle = trackColour(this.run.hues[track]);
    context.beginPath();
    let open = false;
    for (let i = 0; i < path.length; i += 3) {
      if (path[i] < from || path[i] > to) continue;
      const [x, y] = this.at(path[i + 1], path[i + 2]);
      if (open) context.lineTo(x, y);
      else context.moveTo(x, y);
      open = true;
    }
    context.stroke();
  }

  // What changes while someone looks: the chosen track, and where everyone is at the cursor.
  drawTop() {
    if (!this.width) return;
    const context = sized(this.top, this.width, this.height);
    this.top.style.width = `${this.width}px`;
    const strong = this.state.strongTrack(this.number);
    if (strong >= 0) {
      context.globalAlpha = 0.6;
      context.fillStyle = theme.scene;
      context.fillRect(0, 0, this.width, this.height);
      context.globalAlpha = 1;
      context.lineWidth = 3.5;
      this.drawPath(context, strong);
    }
    context.textAlign = "center";
    const present = this.presentAtCursor();
    for (const [track, x, y] of present) {
      const bright = strong < 0 || strong === track;
      context.globalAlpha = bright ? 1 : 0.35;
      context.fillStyle = trackColour(this.run.hues[track]);
      context.beginPath();
      context.arc(x, y, 4.5, 0, 2 * Math.PI);
      context.fill();
      const room = present.length <= MOST_LABELS || strong === track;
      if (bright && room) this.drawLabel(context, shortName(this.run.ids[track]), x, y - 13);
    }
    context.globalAlpha = 1;
  }

  // Track, x and y of everyone who is there at the cursor.
  presentAtCursor() {
    const { first, last } = this.run;
    const frame = this.state.cursor;
    const present = [];
    for (let track = 0; track < first.length; track++) {
      if (first[track] > frame) break; // tracks stand in the order of their first frames
      const place = last[track] < frame ? null : placeAt(this.run, track, frame);
      if (place) present.push([track, ...this.at(...place)]);
    }
    return present;
  }

  drawLabel(context, text, besideX, besideY) {
    const half = context.measureText(text).width / 2 + 2; // all of it lies in the scene
    const x = Math.min(Math.max(besideX, half), this.width - half);
    const y = Math.max(besideY, 9);
    context.lineWidth = 3;
    context.strokeStyle = theme.scene;
    context.strokeText(text, x, y);
    context.fillStyle = theme.ink;
    context.fillText(text, x, y);
  }

  // The track whose path passes nearest to the pointer, -1 if none is near.
  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    let best = -1;
    let least = 14 ** 2;
    const { first, last, paths } = this.run;
    for (let track = 0; track < first.length; track++) {
      if (first[track] > this.state.to || last[track] < this.state.from) continue;
      const apart = this.distance(paths[track], x, y);
      if (apart < least) [best, least] = [track, apart];
    }
    return best;
  }

  // The square of the distance in pixels from a point to a path.
  distance(path, x, y) {
    let least = Infinity;
    let [ax, ay] = this.at(path[1], path[2]);
    for (let i = 0; i < path.length; i += 3) {
      const [bx, by] = this.at(path[i + 1], path[i + 2]);
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along = length ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length : 0;
      const share = Math.min(1, Math.max(0, along));
      least = Math.min(least, (x - ax - share * (bx - ax)) ** 2 + (y - ay - share * (by - ay)) ** 2);
      [ax, ay] = [bx, by];
    }
    return least;
  }

  point(event) {
    const track = this.nearest(event);
    showTip(event, track < 0 ? "" : this.state.describeTrack(this.number, track));
    this.state.hover(this.number, track);
  }

  leave() {
    tip.hidden = true;
    this.state.hover(this.number, -1);
  }
}
