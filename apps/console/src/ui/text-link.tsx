import { Link as FluentLink } from '@fluentui/react-components';
import { createLink } from '@tanstack/react-router';

/** A link to another page of the console, in a sentence or a table. */
export const TextLink = createLink(FluentLink);
