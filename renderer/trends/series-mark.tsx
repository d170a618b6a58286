/** The mark of a line in the charts: the same shapes that chart.tsx draws, in the same order. */
export function SeriesMark({ index }: { index: number }) {
  return (
    <svg
      className="series-mark"
      viewBox="0 0 16 10"
      aria-hidden
      style={{ color: `var(--series-${index + 1})` }}
    >
      <path className="line" d="M0 5h16" />
      {SHAPES[index % SHAPES.length]}
    </svg>
  )
}

const SHAPES = [
  <circle key="circle" cx="8" cy="5" r="3.2" />,
  <path key="triangle" d="M8 1.200L12 8.200H4z" />,
  <rect key="rect" x="5" y="2" width="6" height="6" />,
  <path key="rectRot" d="M8 .800L12.200 5 8 9.200 3.800 5z" />,
  <path key="crossRot" className="line" d="M5 2l6 6M11 2l-6 6" />,
  <path key="star" className="line" d="M8 1v8M5 2l6 6M11 2l-6 6" />,
]
