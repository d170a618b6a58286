import { useEffect, useState } from 'react'
import { type Build, type BuildDetails, bridge } from '../bridge.ts'
import { builderOf, retryFrom } from '../store/actions.ts'
import { createCell, useCell } from '../store/cell.ts'
import { Field, Modal, ModalForm } from '../ui/parts.tsx'

const asked = createCell<Build | null>(null)

/** Lets a person choose the step from which a build is retried. */
export function askToRetry(build: Build): void {
  asked.write(build)
}

export function RetryDialog() {
  const build = useCell(asked)
  const close = () => asked.write(null)
  return (
    <Modal
      title="Retry from a step"
      {...(build && { description: `${builderOf(build)} #${build.number}, on ${build.slave}` })}
      open={build !== null}
      onClose={close}
    >
      {build && <RetryForm key={build.id} build={build} onDone={close} />}
    </Modal>
  )
}

function RetryForm({ build, onDone }: { build: Build; onDone: () => void }) {
  const [offer, setOffer] = useState<BuildDetails['retry']>()
  const [chosen, setChosen] = useState<string>()
  useEffect(() => {
    bridge.request('build:details', build.id).then(
      details => setOffer(details.retry),
      (error: Error) => setOffer({ steps: [], problem: error.message }),
    )
  }, [build.id])
  // Mostly it is the step that failed, which is the last that can be chosen.
  const step = chosen ?? offer?.steps.at(-1)
  return (
    <ModalForm
      onSubmit={async () => {
        if (step !== undefined && (await retryFrom(build, step))) onDone()
      }}
      onCancel={onDone}
      action="Retry"
      disabled={step === undefined}
    >
      {offer?.problem ? (
        <p>It can’t be retried from a step: {offer.problem}. Rebuild it whole instead.</p>
      ) : (
        <>
          <Field label="First step to run again">
            <select
              className="input"
              autoFocus
              value={step ?? ''}
              onChange={event => setChosen(event.target.value)}
              // A list takes Enter for itself, and does nothing with it.
              onKeyDown={event =>
                event.key === 'Enter' && event.currentTarget.form?.requestSubmit()
              }
            >
              {offer?.steps.map(name => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </Field>
          <p className="soft">
            Steps before it stand as they were; sources are checked out again, and files that they
            left are kept.
          </p>
        </>
      )}
    </ModalForm>
  )
}
