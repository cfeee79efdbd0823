/** Whether the window is as narrow as a phone or a small tablet: then the top bar folds, and panels come from below. */
import { useMediaQuery } from '@mantine/hooks';

export function usePhone(): boolean {
  return useMediaQuery('(max-width: 56em)', undefined, { getInitialValueInEffect: false }) ?? false;
}
