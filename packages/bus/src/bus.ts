import type { Logger } from '@moorline/kernel';

/** A name for messages of one type; the type exists only at compile time. */
export interface Topic<T> {
  readonly name: string;
  readonly __message?: T;
}

/** Topics inside one process. What must not be lost is in the database's change log; this only says “look there”. */
export interface Bus {
  /**
   * Hands `message` to everybody who is subscribed now, after the running code has ended. Returns at once and
   * never throws. Delivered at most once, in the order of publishing within a topic; lost when the process ends.
   */
  publish<T>(topic: Topic<T>, message: T): void;
  /**
   * Calls `handler` with every message published from now on, until the returned value is disposed, which also
   * drops what is on its way. What a handler throws, or a promise that it rejects, is logged.
   */
  subscribe<T>(topic: Topic<T>, handler: (message: T) => void | Promise<void>): Disposable;
}

/** Topics are compared by name. */
export function defineTopic<T>(name: string): Topic<T> {
  return { name };
}

interface Subscription {
  readonly handle: (message: unknown) => void | Promise<void>;
  isActive: boolean;
}

export function createBus(logger: Logger): Bus {
  const subscriptions = new Map<string, Set<Subscription>>();
  return {
    publish(topic, message) {
      for (const subscription of subscriptions.get(topic.name) ?? []) {
        // Microtasks run in the order in which they are queued: that is the order per topic.
        queueMicrotask(() => {
          if (subscription.isActive) deliver(topic.name, subscription, message, logger);
        });
      }
    },
    subscribe<T>(topic: Topic<T>, handler: (message: T) => void | Promise<void>) {
      const subscription: Subscription = {
        // Only messages of this topic arrive here, and the topic's name stands for their type.
        handle: (message) => handler(message as T),
        isActive: true,
      };
      const ofTopic = subscriptions.get(topic.name) ?? new Set();
      subscriptions.set(topic.name, ofTopic.add(subscription));
      return {
        [Symbol.dispose]() {
          subscription.isActive = false;
          ofTopic.delete(subscription);
          if (ofTopic.size === 0 && subscriptions.get(topic.name) === ofTopic)
            subscriptions.delete(topic.name);
        },
      };
    },
  };
}

function deliver(
  topic: string,
  subscription: Subscription,
  message: unknown,
  logger: Logger,
): void {
  const report = (err: unknown): void => logger.error({ err, topic }, 'a bus handler failed');
  try {
    Promise.resolve(subscription.handle(message)).catch(report);
  } catch (error) {
    report(error);
  }
}
