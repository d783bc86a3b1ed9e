// What is drawn over a map at every move: the code, the image under the pointer, the path, and where other models have the same image.

function drawMarks(context, map, scene) {
  const { points, theme, path, marked, ghost, z, flat } = scene;
  const { x, y, height } = map.view;
  const place = (index) => [x(points[2 * index]), y(points[2 * index + 1])];
  const known = (index) => index !== null && points !== null && index < points.length / 2;
  if (path && points) drawPath(context, map, path.map(({ index, name }) => [...place(index), name]), theme);
  marked.forEach((index, rank) => { if (known(index)) drawRing(context, ...place(index), 5 + rank, theme); });
  if (known(ghost)) drawGhost(context, ...place(ghost), theme);
  if (z) drawCross(context, map.view, x(z[0]), flat ? height / 2 : y(z[1]), theme);
}

// Every mark is a line with a halo in the ground's colour.
function strokeTwice(context, theme, width, trace) {
  for (const [color, line] of [[theme.ground, width + 3], [theme.text, width]]) {
    context.strokeStyle = color;
    context.lineWidth = line;
    context.beginPath();
    trace();
    context.stroke();
  }
}

function drawRing(context, x, y, size, theme) {
  strokeTwice(context, theme, 2, () => context.arc(x, y, size, 0, TURN));
}

// The image that is nearest in the model being dragged.
function drawGhost(context, x, y, theme) {
  context.setLineDash([3, 2.5]);
  strokeTwice(context, theme, 2, () => context.arc(x, y, 8, 0, TURN));
  context.setLineDash([]);
  context.fillStyle = theme.text;
  context.beginPath();
  context.arc(x, y, 2, 0, TURN);
  context.fill();
}

function drawCross(context, view, px, py, theme) {
  strokeTwice(context, theme, 2, () => {
    for (const side of [-1, 1]) {
      context.moveTo(px + 4 * side, py);
      context.lineTo(px + 11 * side, py);
      context.moveTo(px, py + 4 * side);
      context.lineTo(px, py + 11 * side);
    }
  });
  if (px < 0 || py < 0 || px > view.width || py > view.height) drawWedge(context, view, px, py, theme);
}

// The code lies outside what is shown: a wedge at the edge points to it.
function drawWedge(context, { width, height }, px, py, theme) {
  const [ex, ey] = [Math.min(width - 9, Math.max(9, px)), Math.min(height - 9, Math.max(9, py))];
  const angle = Math.atan2(py - ey, px - ex);
  context.fillStyle = theme.text;
  context.beginPath();
  for (const turn of [0, 2.5, -2.5]) context.lineTo(ex + 7 * Math.cos(angle + turn), ey + 7 * Math.sin(angle + turn));
  context.fill();
}

function drawPath(context, map, ends, theme) {
  strokeTwice(context, theme, 2, () => {
    context.moveTo(ends[0][0], ends[0][1]);
    context.lineTo(ends[1][0], ends[1][1]);
  });
  context.textAlign = "center";
  for (const [px, py, name] of ends) {
    drawRing(context, px, py, 4, theme);
    map.label(context, name, px, py - 9, theme, true);
  }
}
