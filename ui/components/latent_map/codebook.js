// The codes that a model chooses from: diamonds, large where a code is used often, hollow where it is never used.

const DIAMOND = [3, 6]; // px: half of the least used one's width, and what the most used one has more

function drawCodebook(context, view, { count, usage }, points, flat, theme) {
  const most = usage ? usage.reduce((a, b) => Math.max(a, b), 0) || 1 : 1;
  context.lineJoin = "miter";
  for (let i = 0; i < count; i++) {
    const share = usage ? usage[i] / most : 0.25;
    const size = DIAMOND[0] + DIAMOND[1] * Math.sqrt(share);
    const [x, y] = [view.x(points[2 * i]), flat ? view.height / 2 : view.y(points[2 * i + 1])];
    context.beginPath();
    for (const [right, down] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) context.lineTo(x + right * size, y + down * size);
    context.closePath();
    context.strokeStyle = theme.ground;
    context.lineWidth = 4;
    context.stroke();
    context.fillStyle = share > 0 ? theme.text : theme.ground;
    context.fill();
    context.strokeStyle = theme.text;
    context.lineWidth = 1.25;
    context.stroke();
  }
}
