import { Button, type ButtonProps } from '@fluentui/react-components';
import { createLink } from '@tanstack/react-router';

type AnchorProps = Extract<ButtonProps, { as: 'a' }>;

/** A link to another page of the console that looks like a button. */
export const ButtonLink = createLink((props: Omit<AnchorProps, 'as'>) => (
  <Button {...props} as="a" />
));
