import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { html } from './html.ts';

interface Props {
  /** On the button that opens the question, and on the one that confirms. */
  action: string;
  question: string;
  /** Throws with what is wrong. */
  onConfirm: (values: FormData) => Promise<void>;
  children?: ComponentChildren;
}

/** A button that asks once more before it does anything. */
export function Confirm({ action, question, onConfirm, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await onConfirm(new FormData(event.currentTarget as HTMLFormElement));
      setOpen(false);
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return html`
    <button
      type="button"
      onClick=${() => {
        setWrong('');
        setOpen(true);
      }}
    >
      ${action} …
    </button>
    ${
      open &&
      html`<dialog ref=${dialog} aria-label=${question} onClose=${() => setOpen(false)}>
        <form onSubmit=${submit}>
          <p>${question}</p>
          ${children} ${wrong !== '' && html`<p class="trouble" role="alert">${wrong}</p>`}
          <p class="buttons">
            <button type="button" onClick=${() => setOpen(false)}>Leave it</button
            ><button class="strong">${action}</button>
          </p>
        </form>
      </dialog>`
    }
  `;
}
