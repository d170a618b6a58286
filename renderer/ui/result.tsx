import type { Look } from './look.ts'

/**
 * The sign of a result. Its silhouette differs for each, so that grey print and
 * any colour vision tell them apart: circle, triangle, square, diamond, outlines.
 */
export function ResultGlyph({
  look,
  size = 14,
  label,
}: {
  look: Look
  size?: number
  label?: string
}) {
  const named = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    <svg
      className={`glyph glyph-${look}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      {...named}
    >
      {label !== undefined && <title>{label}</title>}
      {SHAPES[look]}
    </svg>
  )
}

const SHAPES: Record<Look, React.ReactNode> = {
  success: (
    <>
      <circle className="shape" cx="8" cy="8" r="6.6" />
      <path className="sign" d="M4.9 8.2l2.2 2.2 4-4.6" />
    </>
  ),
  warnings: (
    <>
      <path className="shape" d="M8 1.4l6.9 12.6H1.1z" />
      <path className="sign" d="M8 6.1v3.4M8 11.7v.1" />
    </>
  ),
  failure: (
    <>
      <rect className="shape" x="1.6" y="1.6" width="12.8" height="12.8" rx="2.4" />
      <path className="sign" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
    </>
  ),
  exception: (
    <>
      <path className="shape" d="M8 .8L15.2 8 8 15.2.8 8z" />
      <path className="sign" d="M8.8 4.200L6.6 8.200h3L7.3 11.9" />
    </>
  ),
  running: (
    <>
      <circle className="shape" cx="8" cy="8" r="6.3" />
      <path className="mark" d="M6.5 5.200L11.1 8l-4.6 2.800z" />
    </>
  ),
  skipped: (
    <>
      <circle className="outline" cx="8" cy="8" r="6" />
      <path className="outline" d="M5.3 8h5.4" />
    </>
  ),
  unknown: (
    <>
      <circle className="outline" cx="8" cy="8" r="6" />
      <path
        className="outline"
        d="M6.200 6.400a1.850 1.850 0 1 1 2.700 1.650c-.600.300-.900.700-.900 1.350M8 11.600v.100"
      />
    </>
  ),
  cancelled: (
    <>
      <circle className="outline" cx="8" cy="8" r="6" />
      <path className="outline" d="M3.9 12.100l8.2-8.2" />
    </>
  ),
  retry: <path className="outline" d="M13.3 8.100a5.3 5.3 0 1 1-1.7-4M13.4 2v3h-3" />,
  queued: <circle className="outline" cx="8" cy="8" r="6" strokeDasharray="2.4 2.3" />,
  none: <circle className="outline" cx="8" cy="8" r="2" />,
}
