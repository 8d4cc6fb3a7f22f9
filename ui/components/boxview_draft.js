// Boxes while they are drawn: inside the picture, and not smaller than what can be saved.
const LEAST_SIDE = 2; // pixels of the original, as the service wants it
const STEP = 0.02; // of the picture's side, for one press of an arrow key; with Alt one pixel

// A box of the usual size around a point, as far as the picture allows.
function usualBox(picture, { x, y } = { x: picture.width / 2, y: picture.height / 2 }) {
  const [width, height] = [picture.width / 4, picture.height / 4];
  return fittedBox({ xmin: x - width / 2, ymin: y - height / 2, xmax: x + width / 2, ymax: y + height / 2 }, picture);
}

function spannedBox(one, other) {
  return {
    xmin: Math.min(one.x, other.x),
    ymin: Math.min(one.y, other.y),
    xmax: Math.max(one.x, other.x),
    ymax: Math.max(one.y, other.y),
  };
}

function movedBox({ xmin, ymin, xmax, ymax }, direction, fine, picture) {
  const [dx, dy] = stepOf(direction, fine, picture);
  return fittedBox({ xmin: xmin + dx, ymin: ymin + dy, xmax: xmax + dx, ymax: ymax + dy }, picture);
}

function sizedBox({ xmin, ymin, xmax, ymax }, direction, fine, picture) {
  const [dx, dy] = stepOf(direction, fine, picture);
  const right = Math.min(xmax + dx, picture.width);
  return fittedBox({ xmin, ymin, xmax: right, ymax: Math.min(ymax + dy, picture.height) }, picture);
}

function stepOf([right, down], fine, { width, height }) {
  return fine ? [right, down] : [right * STEP * width, down * STEP * height];
}

function fittedBox({ xmin, ymin, xmax, ymax }, { width, height }) {
  const [left, right] = fitted(xmin, xmax, width);
  const [top, bottom] = fitted(ymin, ymax, height);
  return { xmin: left, ymin: top, xmax: right, ymax: bottom };
}

function fitted(least, most, side) {
  const length = Math.min(Math.max(most - least, LEAST_SIDE), side);
  const start = Math.min(Math.max(least, 0), side - length);
  return [tidy(start), Math.min(tidy(start + length), side)];
}

function tidy(pixels) {
  return Math.round(10 * pixels) / 10;
}
