import { useEffect, useState } from 'preact/hooks';
import { printing } from '../state/media.ts';

/** Whether an element is near the part of the page that is in view: drawing what is far away would be work for nothing. */
export function useNear(box: { current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => setNear(entries.at(-1)!.isIntersecting), {
      rootMargin: '300px',
    });
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, [box]);
  return near || printing.value;
}
