// Principal components of codes: the directions in which they vary most.

function covariance(codes, count, dims) {
  const mean = new Float64Array(dims);
  for (let i = 0; i < count * dims; i++) mean[i % dims] += codes[i] / count;
  const matrix = Array.from({ length: dims }, () => new Float64Array(dims));
  for (let i = 0, at = 0; i < count; i++, at += dims) {
    for (let a = 0; a < dims; a++) {
      const off = (codes[at + a] - mean[a]) / count;
      for (let b = 0; b <= a; b++) matrix[a][b] += off * (codes[at + b] - mean[b]);
    }
  }
  for (let a = 0; a < dims; a++) for (let b = 0; b < a; b++) matrix[b][a] = matrix[a][b];
  return matrix;
}

// Turn rows and columns p, q of a symmetric matrix so that its entry (p, q) vanishes; vectors turn along.
function rotate(matrix, vectors, p, q) {
  const angle = 0.5 * Math.atan2(2 * matrix[p][q], matrix[q][q] - matrix[p][p]);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (const row of matrix) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  for (const rows of [matrix, vectors]) {
    const [a, b] = [rows[p], rows[q]];
    for (let k = 0; k < a.length; k++) [a[k], b[k]] = [c * a[k] - s * b[k], s * a[k] + c * b[k]];
  }
}

// Eigenvalues and eigenvectors of a symmetric matrix, largest first: Jacobi's rotations.
function eigen(matrix) {
  const size = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from({ length: size }, (_, j) => Number(i === j)));
  const total = matrix.reduce((sum, row, i) => sum + Math.abs(row[i]), 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += Math.abs(matrix[p][q]);
    if (off <= 1e-12 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return vectors.map((vector, i) => ({ value: matrix[i][i], vector })).sort((a, b) => b.value - a.value);
}

// The first two components and their shares of the variance.
function principal(codes, count, dims) {
  const all = eigen(covariance(codes, count, dims));
  const total = all.reduce((sum, { value }) => sum + value, 0) || 1;
  return { axes: all.slice(0, 2).map(({ vector }) => vector), shares: all.slice(0, 2).map(({ value }) => value / total) };
}
