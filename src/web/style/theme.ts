/**
 * Mantine, quietly: what its components do unless a page says otherwise. Colours and sizes are in `tokens.css`. Nothing
 * that writes a style tag is on: it would need inline styles in the content security policy.
 */
import { colorsTuple, createTheme, Drawer, Menu, Modal, Popover, Tooltip } from '@mantine/core';

const quick = { duration: 120, transition: 'fade' as const };
/** `data-dialog` keeps the page below from scrolling: `base.css`. */
const dialog = { lockScroll: false, transitionProps: quick, 'data-dialog': true };

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: colorsTuple('var(--accent)') },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: Modal.extend({ defaultProps: { ...dialog, centered: true, radius: 12 } }),
    Drawer: Drawer.extend({ defaultProps: dialog }),
    Menu: Menu.extend({ defaultProps: { transitionProps: quick, shadow: 'md' } }),
    Popover: Popover.extend({ defaultProps: { transitionProps: quick, shadow: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { transitionProps: quick, openDelay: 400 } }),
  },
});
