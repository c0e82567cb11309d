#include "base/list.h"

void list_init(struct list *head)
{
    head->next = head->prev = head;
}

void list_append(struct list *head, struct list *node)
{
    node->next = head;
    node->prev = head->prev;
    head->prev->next = node;
    head->prev = node;
}

void list_remove(struct list *node)
{
    if (node->next == NULL) {
        return;
    }
    node->next->prev = node->prev;
    node->prev->next = node->next;
    node->next = node->prev = NULL;
}

bool list_is_empty(const struct list *head)
{
    return head->next == head;
}
