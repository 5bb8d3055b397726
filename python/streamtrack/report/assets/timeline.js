// The lives of tracks (or of the ground truth's objects), a row for each. Only the rows in sight are
// drawn, so that fifty thousand of them scroll as well as fifty.
const ROW = 17;
const GUTTER = 76;
const AXIS = 22;

class Timeline {
  constructor(box, stream, number, state) {
    Object.assign(this, { box, stream, number, state, run: stream.runs[number] });
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.spacer = document.createElement("div");
    box.replaceChildren(this.canvas, this.spacer);
    this.redraw = onceAFrame(() => this.draw());
    box.onscroll = this.redraw;
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.leave();
    this.canvas.onclick = (event) => this.pick(event);
    this.layOut();
  }

  get objects() {
    return this.state.view === "objects" && this.run.objects;
  }

  // The rows that have something to show in the chosen span of time.
  layOut() {
    const { from, to } = this.state;
    this.rows = [];
    if (this.objects) {
      this.objects.forEach((object, row) => {
        const life = object.life;
        if (life[0] <= to && life[life.length - 2] >= from) this.rows.push(row);
      });
    } else {
      const { first, last } = this.run;
      for (let track = 0; track < first.length; track++) {
        if (first[track] <= to && last[track] >= from) this.rows.push(track);
      }
    }
    const what = this.objects ? "object" : "track";
    this.canvas.setAttribute("aria-label", `Timeline: ${plural(this.rows.length, what)}`);
    this.redraw();
  }

  draw() {
    const content = AXIS + Math.max(3, this.rows.length) * ROW + 6;
    this.box.style.height = `${content + 2}px`; // up to the style's max-height
    const width = this.box.clientWidth;
    const height = this.box.clientHeight;
    this.spacer.style.height = `${Math.max(0, content - height)}px`;
    const context = sized(this.canvas, width, height);
    this.canvas.style.width = `${width}px`;
    this.scale = (width - GUTTER - 10) / (this.state.to - this.state.from + 1);
    const firstRow = Math.floor(this.box.scrollTop / ROW);
    const lastRow = Math.min(this.rows.length, firstRow + Math.ceil((height - AXIS) / ROW) + 1);
    this.drawGrid(context, width, height);
    context.save();
    context.beginPath();
    context.rect(0, AXIS, width, height - AXIS);
    context.clip();
    for (let row = firstRow; row < lastRow; row++) {
      const y = AXIS + row * ROW - this.box.scrollTop + ROW / 2;
      if (this.objects) this.drawObject(context, this.objects[this.rows[row]], y);
      else this.drawTrack(context, this.rows[row], y);
    }
    context.restore();
    this.drawCursor(context, height);
    if (!this.rows.length) {
      context.fillStyle = theme.muted;
      context.fillText("no tracks here", GUTTER, AXIS + 20);
    }
  }

  x(frame) {
    return GUTTER + (frame - this.state.from) * this.scale;
  }

  drawGrid(context, width, height) {
    context.strokeStyle = theme.line;
    context.fillStyle = theme.muted;
    context.textAlign = "center";
    for (const [frame, text] of timeTicks(this.stream, this.state, (width - GUTTER) / 90)) {
      const x = this.x(frame);
      context.beginPath();
      context.moveTo(x, AXIS);
      context.lineTo(x, height);
      context.stroke();
      context.fillText(text, Math.min(Math.max(x, GUTTER), width - 24), AXIS / 2);
    }
    context.textAlign = "left";
    context.fillText(this.objects ? "object" : "id", 10, AXIS / 2);
  }

  drawTrack(context, track, y) {
    const { run } = this;
    const hue = run.hues[track];
    const strong = this.state.isStrong(this.number, track);
    const dim = this.state.anyStrong(this.number) && !strong;
    this.drawName(context, run.ids[track], y, strong);
    const gaps = run.gaps[track] || [];
    let begin = run.first[track];
    for (let i = 0; i <= gaps.length; i += 2) {
      const end = i < gaps.length ? gaps[i] - 1 : run.last[track];
      this.drawLife(context, begin, end, y, trackColour(hue, dim ? 0.3 : 1), strong ? 10 : 8);
      if (i < gaps.length) {
        this.drawGap(context, gaps[i], gaps[i + 1], y);
        begin = gaps[i + 1] + 1;
      }
    }
    for (const mark of run.marks.get(track) || []) this.drawMark(context, mark, y);
  }

  drawObject(context, object, y) {
    const { life } = object;
    this.drawName(context, object.id, y, false);
    for (let i = 0; i < life.length; i += 3) {
      const [begin, end, track] = life.slice(i, i + 3);
      if (track >= 0) {
        const dim = this.state.anyStrong(this.number) && !this.state.isStrong(this.number, track);
        this.drawLife(context, begin, end, y, trackColour(this.run.hues[track], dim ? 0.3 : 1), 8);
      } else {
        context.globalAlpha = 0.5;
        this.drawLife(context, begin, end, y, theme.muted, 2);
        context.globalAlpha = 1;
      }
    }
    for (const mark of object.marks) this.drawMark(context, mark, y);
  }

  drawName(context, name, y, strong) {
    context.fillStyle = strong ? theme.ink : theme.muted;
    context.textAlign = "left";
    context.fillText(shortName(name), 10, y);
  }

  drawLife(context, begin, end, y, fill, thickness) {
    const left = Math.max(GUTTER, this.x(begin));
    const right = Math.min(this.box.clientWidth - 10, this.x(end + 1));
    if (right <= left) return;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(left, y - thickness / 2, Math.max(1.5, right - left), thickness, Math.min(3, thickness / 2));
    context.fill();
  }

  drawGap(context, begin, end, y) {
    const left = Math.max(GUTTER, this.x(begin));
    const right = Math.min(this.box.clientWidth - 10, this.x(end + 1));
    if (right <= left) return;
    context.strokeStyle = theme.muted;
    context.lineWidth = 2;
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(right, y);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  }

  drawMark(context, mark, y) {
    const x = this.x(mark.frame);
    if (x < GUTTER - 4 || x > this.box.clientWidth - 6) return;
    context.strokeStyle = theme.scene;
    context.lineWidth = 1.5;
    context.beginPath();
    if (mark.kind === "switch") {
      context.fillStyle = theme.bad;
      context.moveTo(x, y - 6);
      context.lineTo(x + 6, y);
      context.lineTo(x, y + 6);
      context.lineTo(x - 6, y);
      context.closePath();
    } else {
      context.fillStyle = theme.warn;
      context.rect(x - 2, y - 7, 4, 14);
    }
    context.stroke();
    context.fill();
    context.lineWidth = 1;
  }

  drawCursor(context, height) {
    const x = this.x(this.state.cursor + 0.5);
    if (x < GUTTER) return;
    context.strokeStyle = theme.ink;
    context.beginPath();
    context.moveTo(x, AXIS - 6);
    context.lineTo(x, height);
    context.stroke();
  }

  // The row and the frame under the pointer.
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    const row = Math.floor((y - AXIS + this.box.scrollTop) / ROW);
    const frame = Math.floor((event.clientX - box.left - GUTTER) / this.scale) + this.state.from;
    if (y < AXIS || row >= this.rows.length) return null;
    return { place: this.rows[row], frame: Math.min(Math.max(frame, this.state.from), this.state.to) };
  }

  point(event) {
    const at = this.at(event);
    showTip(event, at ? this.describe(at) : "");
    this.state.hover(this.number, at ? this.trackAt(at) : -1);
  }

  leave() {
    tip.hidden = true;
    this.state.hover(this.number, -1);
  }

  pick(event) {
    const at = this.at(event);
    if (!at) return;
    this.state.setCursor(at.frame);
    this.state.pin(this.number, this.trackAt(at));
  }

  trackAt({ place, frame }) {
    if (!this.objects) return place;
    const { life } = this.objects[place];
    for (let i = 0; i < life.length; i += 3) if (frame >= life[i] && frame <= life[i + 1]) return life[i + 2];
    return -1;
  }

  describe({ place, frame }) {
    const near = Math.max(2, 8 / this.scale);
    const marks = (this.objects ? this.objects[place].marks : this.run.marks.get(place)) || [];
    const found = marks.filter((mark) => Math.abs(mark.frame - frame) <= near);
    const events = found.map((mark) => `${mark.kind} in ${frameText(this.stream, mark.frame)}: ${mark.text}`);
    const head = this.objects ? this.describeObject(place, frame) : this.describeTrack(place);
    return [head, ...events].join("\n");
  }

  describeTrack(track) {
    const { run, stream } = this;
    const missing = run.last[track] - run.first[track] + 1 - run.boxes[track];
    return [
      `id ${run.ids[track]}, class ${run.classes[track]}`,
      `${frameText(stream, run.first[track])} to ${frameText(stream, run.last[track])}`,
      `${plural(run.boxes[track], "box")}${missing ? `, ${plural(missing, "frame")} missing` : ""}`,
      `mean score ${(run.scores[track] / 100).toFixed(2)}`,
    ].join("\n");
  }

  describeObject(place, frame) {
    const track = this.trackAt({ place, frame });
    const covered = track >= 0 ? `covered by id ${this.run.ids[track]}` : "not covered";
    return `object ${this.objects[place].id}\n${frameText(this.stream, frame)}: ${covered}`;
  }
}
