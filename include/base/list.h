/* A doubly linked list of nodes that live inside their owners. The list owns nothing. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define list_entry(node, type, member) ((type *)(void *)((char *)(node) - offsetof(type, member)))
#define list_each(node, head) for (struct list *node = (head)->next; node != (head); node = node->next)

/* The body may take `node` itself off the list. */
#define list_each_safe(node, head) \
    for (struct list *node = (head)->next, *node##_after = node->next; node != (head); \
         node = node##_after, node##_after = node->next)

void list_init(struct list *head);
void list_append(struct list *head, struct list *node);
void list_remove(struct list *node);   /* may be called twice */
bool list_is_empty(const struct list *head);

#endif
