import { Copy } from 'lucide-react'
import { copyText } from '../../store/actions.ts'

/** A text to type elsewhere, under its label, with a button that copies it. */
export function Copyable({ label, hint, text }: { label: string; hint?: string; text: string }) {
  return (
    <div className="field">
      <div className="label">
        {label}
        {hint && <small>{hint}</small>}
      </div>
      <div className="copyable">
        <code className="mono">{text}</code>
        <button
          type="button"
          className="button quiet square"
          aria-label={`Copy: ${label}`}
          onClick={() => void copyText(text)}
        >
          <Copy />
        </button>
      </div>
    </div>
  )
}
