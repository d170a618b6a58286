import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { Modal, ModalFoot } from '../ui/parts.tsx'
import { AttachDialog } from './attach/attach-dialog.tsx'
import { PauseForm } from './pause-form.tsx'
import type { SlaveQuestion } from './slave-actions.ts'

interface SlaveDialogs {
  ask(question: SlaveQuestion): void
  attach(): void
}

const Dialogs = createContext<SlaveDialogs>({ ask() {}, attach() {} })

/** Opens what asks a person about slaves, from any view and from the palette. */
export function useSlaveDialogs(): SlaveDialogs {
  return useContext(Dialogs)
}

export function SlaveDialogsProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<SlaveQuestion | null>(null)
  const [attaching, setAttaching] = useState(false)
  const dialogs = useMemo(
    (): SlaveDialogs => ({ ask: setQuestion, attach: () => setAttaching(true) }),
    [],
  )
  const close = () => setQuestion(null)
  return (
    <Dialogs.Provider value={dialogs}>
      {children}
      <Modal
        title={
          question?.kind === 'pause' ? `Pause ${question.slave.name}` : (question?.title ?? '')
        }
        {...(question?.kind === 'pause' && {
          description: 'It takes no new builds. What it builds now goes on.',
        })}
        open={question !== null}
        onClose={close}
      >
        {question?.kind === 'pause' && <PauseForm slave={question.slave} onDone={close} />}
        {question?.kind === 'sure' && <Sure question={question} onDone={close} />}
      </Modal>
      <AttachDialog open={attaching} onClose={() => setAttaching(false)} />
    </Dialogs.Provider>
  )
}

function Sure({
  question,
  onDone,
}: {
  question: Extract<SlaveQuestion, { kind: 'sure' }>
  onDone: () => void
}) {
  return (
    <>
      <div className="dialog-body">
        <p>{question.text}</p>
      </div>
      <ModalFoot
        onCancel={onDone}
        action={question.verb}
        onAction={() => {
          onDone()
          void question.go()
        }}
      />
    </>
  )
}
