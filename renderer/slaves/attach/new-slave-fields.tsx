import { Field } from '../../ui/parts.tsx'

/** What a slave is called here, and what builders can ask of it. */
export function NewSlaveFields({
  name,
  onName,
  tags,
  onTags,
}: {
  name: string
  onName: (name: string) => void
  tags: string
  onTags: (tags: string) => void
}) {
  return (
    <div className="pair">
      <Field label="Name" hint="in master.yml">
        <input
          className="input"
          spellCheck={false}
          value={name}
          placeholder="studio"
          onChange={event => onName(event.target.value)}
        />
      </Field>
      <Field label="Tags" hint="builders can ask for them">
        <input
          className="input"
          spellCheck={false}
          value={tags}
          placeholder="macos, arm64"
          onChange={event => onTags(event.target.value)}
        />
      </Field>
    </div>
  )
}
