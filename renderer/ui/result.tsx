import { type Look, OUTLINES, SILHOUETTES } from './look.ts'

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
      <path className="shape" d={SILHOUETTES.success} />
      <path className="sign" d="M4.9 8.2l2.2 2.2 4-4.6" />
    </>
  ),
  warnings: (
    <>
      <path className="shape" d={SILHOUETTES.warnings} />
      <path className="sign" d="M8 6.1v3.4M8 11.7v.1" />
    </>
  ),
  failure: (
    <>
      <path className="shape" d={SILHOUETTES.failure} />
      <path className="sign" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
    </>
  ),
  exception: (
    <>
      <path className="shape" d={SILHOUETTES.exception} />
      <path className="sign" d="M8.8 4.200L6.6 8.200h3L7.3 11.9" />
    </>
  ),
  running: (
    <>
      <path className="shape" d={SILHOUETTES.running} />
      <path className="mark" d="M6.5 5.200L11.1 8l-4.6 2.800z" />
    </>
  ),
  skipped: <path className="outline" d={OUTLINES.skipped} />,
  unknown: <path className="outline" d={OUTLINES.unknown} />,
  cancelled: <path className="outline" d={OUTLINES.cancelled} />,
  retry: <path className="outline" d={OUTLINES.retry} />,
  queued: <circle className="outline" cx="8" cy="8" r="6" strokeDasharray="2.4 2.3" />,
  none: <circle className="outline" cx="8" cy="8" r="2" />,
}
