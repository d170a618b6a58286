import { Dialog } from '@base-ui/react/dialog'
import { Popover } from '@base-ui/react/popover'
import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { initials, personName } from './format.ts'

/** A box that floats over the view, with one primary action at the right end of its foot. */
export function Modal({
  title,
  description,
  open,
  onClose,
  children,
  className,
}: {
  title: string
  description?: string
  open: boolean
  onClose: () => void
  children: ReactNode
  className?: string
}) {
  return (
    <Dialog.Root open={open} onOpenChange={now => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={`dialog ${className ?? ''}`}>
          <header className="dialog-head">
            <Dialog.Title render={<h2 />}>{title}</Dialog.Title>
            {description && <Dialog.Description>{description}</Dialog.Description>}
          </header>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The foot of a box: the way out, and the one primary action at its right end. */
export function ModalFoot({
  cancel = 'Cancel',
  onCancel,
  action,
  onAction,
  autoFocus,
  disabled,
  children,
}: {
  cancel?: string
  onCancel: () => void
  action: ReactNode
  /** Without it the action submits the form around it. */
  onAction?: () => void
  autoFocus?: boolean
  disabled?: boolean
  /** What else there is to do, at the left. */
  children?: ReactNode
}) {
  return (
    <footer className="dialog-foot">
      {children}
      <button type="button" className="button big" onClick={onCancel}>
        {cancel}
      </button>
      <button
        type={onAction ? 'button' : 'submit'}
        className="button primary big"
        autoFocus={autoFocus}
        disabled={disabled}
        onClick={onAction}
      >
        {action}
      </button>
    </footer>
  )
}

/** What a box asks for. Enter is its action; a browser sends no form whose button is disabled. */
export function ModalForm({
  onSubmit,
  children,
  foot,
  ...actions
}: {
  onSubmit: () => Promise<void> | void
  children: ReactNode
  onCancel: () => void
  action: ReactNode
  disabled?: boolean
  foot?: ReactNode
}) {
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        void onSubmit()
      }}
    >
      <div className="dialog-body">{children}</div>
      <ModalFoot {...actions}>{foot}</ModalFoot>
    </form>
  )
}

/** A button of the tools, and what it opens below itself. */
export function ToolPopover({
  icon,
  label,
  title,
  className,
  open,
  onOpenChange,
  children,
}: {
  icon: ReactNode
  label: string
  title: string
  className: string
  /** Where a key opens it, too. */
  open?: boolean
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}) {
  return (
    <Popover.Root
      {...(open !== undefined && { open })}
      onOpenChange={wanted => onOpenChange?.(wanted)}
    >
      <Popover.Trigger className="button quiet">
        {icon}
        <span className="words">{label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="popover-place">
          <Popover.Popup className={`popover ${className}`}>
            <Popover.Title render={<h2 />}>{title}</Popover.Title>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Words for what a pointer or the focus is on. Never the only way to a fact. */
export function Hint({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6}>
          <Tooltip.Popup className="tooltip">{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

export function Avatar({ who }: { who: string }) {
  return (
    <span className="avatar" title={personName(who)} aria-hidden>
      {initials(who)}
    </span>
  )
}

/** An empty view says what it is for, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** Exclusive choices side by side. */
export function Segments<T extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  label: string
  choices: readonly { readonly value: T; readonly label: string }[]
  value: T
  onChange: (value: T) => void
}) {
  return (
    <fieldset className="segments" aria-label={label}>
      {choices.map(choice => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  )
}

export function Field({
  label,
  hint,
  children,
}: {
  label: string
  hint?: string
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children.
    <label className="field">
      <span className="label">
        {label}
        {hint && <small>{hint}</small>}
      </span>
      {children}
    </label>
  )
}
