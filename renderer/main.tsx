import { Tooltip } from '@base-ui/react/tooltip'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startRecovery } from './recovery/use-recovery.ts'
import { startDesk } from './store/desk.ts'
import { applyTheme } from './store/preferences.ts'
import './ui/tokens.css'
import './ui/base.css'

applyTheme()
startDesk()
startRecovery()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Tooltip.Provider delay={400}>
      <App />
    </Tooltip.Provider>
  </StrictMode>,
)
