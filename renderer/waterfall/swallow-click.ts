/** The click that ends a drag opens nothing: it comes right after the pointer is let go, or not at all. */
export function swallowClick(): void {
  window.addEventListener('click', swallow, { capture: true, once: true })
  setTimeout(() => window.removeEventListener('click', swallow, true))
}

function swallow(event: Event) {
  event.preventDefault()
  event.stopPropagation()
}
