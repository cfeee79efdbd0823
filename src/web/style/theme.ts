/**
 * Mantine, quietly: what its components do unless a page says otherwise. Colours and sizes are in `tokens.css`. Nothing
 * that writes a style tag is on: it would need inline styles in the content security policy.
 */
import {
  colorsTuple,
  createTheme,
  defaultVariantColorsResolver,
  Drawer,
  Menu,
  Modal,
  Popover,
  Tooltip,
  type VariantColorsResolver,
} from '@mantine/core';
import { leaveMenu } from './focus.ts';

const quick = { duration: 120, transition: 'fade' as const };
/** `data-dialog` keeps the page below from scrolling: `base.css`. */
const dialog = { lockScroll: false, transitionProps: quick, 'data-dialog': true };

/** What is written on a filled surface; Mantine's white cannot be read on the light ones of the dark theme. */
const onFilled: Readonly<Record<string, string>> = { accent: 'var(--on-accent)', red: 'var(--on-danger)' };

const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const color = onFilled[input.color ?? input.theme.primaryColor];
  return input.variant === 'filled' && color !== undefined ? { ...colors, color } : colors;
};

export const theme = createTheme({
  variantColorResolver,
  primaryColor: 'accent',
  colors: { accent: colorsTuple('var(--accent)') },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: Modal.extend({
      defaultProps: { ...dialog, centered: true, radius: 12 },
      styles: { title: { fontWeight: 600, lineHeight: 1.4 } },
    }),
    Drawer: Drawer.extend({ defaultProps: dialog }),
    // Its placeholder for the focus is no item, and a menu may hold nothing else.
    Menu: Menu.extend({
      defaultProps: { transitionProps: quick, shadow: 'md', withInitialFocusPlaceholder: false, onClose: leaveMenu },
    }),
    Popover: Popover.extend({ defaultProps: { transitionProps: quick, shadow: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { transitionProps: quick, openDelay: 400 } }),
  },
});
