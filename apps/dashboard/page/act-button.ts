import type { ComponentChildren } from 'preact';
import type { ActRequest } from '../src/act-request.ts';
import { Confirm } from './confirm.ts';
import { html } from './html.ts';
import { request } from './request.ts';

interface Props {
  /** Of the campaign. */
  name: string;
  kind: ActRequest['kind'];
  action: string;
  question: string;
  /** What of the act stands already. */
  fixed?: object;
  /** Names of fields that there may be several of. */
  lists?: string[];
  /** Fields for the rest. */
  children?: ComponentChildren;
}

/** Does one act of people once it is confirmed, under the name that they give. */
export function ActButton({ name, kind, action, question, fixed = {}, lists = [], children }: Props) {
  const send = async (values: FormData) => {
    const several = Object.fromEntries(lists.map((list) => [list, values.getAll(list)]));
    await request(`/api/campaigns/${encodeURIComponent(name)}/acts`, {
      ...{ kind, ...fixed },
      ...Object.fromEntries(values),
      ...several,
    });
  };
  return html`<${Confirm} action=${action} question=${question} onConfirm=${send}>
    ${children}
    <label>Your name, for the record <input name="by" required maxlength="200" autocomplete="name" /></label>
  <//>`;
}
