/* Who reads never calls anybody: it wakes those that wait, and queues what is to be served. So a
 * call may be made while one is served, and one be served while its thread waits. */
#include "conformance/host/hosting/hosting_link.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spcore/base.h"

enum { TICK_MS = 20, SERVERS_MAX = 64, QUEUE_MAX = 4096 };

struct pending {
    struct pending *next;
    uint32_t id;
    enum hosting_op op;
    int64_t since;
    struct hosting_message *answer;
    bool is_answered;
};

struct queued {
    struct queued *next;
    struct hosting_message message;
};

struct queue {
    struct queued *first, **last;
    size_t count;
};

struct hosting_link {
    int fd;
    const struct hosting_end *end;
    pthread_t reader, maker;
    int64_t ticked; /* when, on the reading thread */
    pthread_mutex_t sending;
    pthread_mutex_t lock;   /* of all that follows */
    pthread_cond_t changed; /* for whoever waits for an answer, or for the maker */
    pthread_cond_t work;    /* for threads that serve */
    struct pending *pending;
    struct queue calls, notes;
    uint32_t last_id;
    unsigned servers, idle;
    bool is_noting; /* a note is being taken */
    bool has_ended;
};

/* This thread takes a note: a call that it makes waits for no other. */
static _Thread_local bool notes;

/* ---- queues */
static void append(struct queue *queue, struct queued *one)
{
    one->next = NULL;
    *queue->last = one;
    queue->last = &one->next;
    queue->count++;
}

/* NULL: it is empty. */
static struct queued *take(struct queue *queue)
{
    struct queued *one = queue->first;

    if (one && !(queue->first = one->next))
        queue->last = &queue->first;
    queue->count -= one != NULL;
    return one;
}

static void drop(struct queued *one)
{
    if (one)
        hosting_message_done(&one->message);
    free(one);
}

static void empty(struct queue *queue)
{
    struct queued *one;

    while ((one = take(queue)))
        drop(one);
}

/* ---- sending */
static HRESULT send_frame(struct hosting_link *link, const struct hosting_message *message)
{
    uint8_t *frame;
    size_t size, sent = 0;
    HRESULT hr = hosting_encode(message, &frame, &size);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&link->sending);
    while (sent < size) {
        ssize_t count = send(link->fd, frame + sent, size - sent, MSG_NOSIGNAL);

        if (count < 0 && errno != EINTR)
            break;
        sent += count > 0 ? (size_t)count : 0;
    }
    pthread_mutex_unlock(&link->sending);
    free(frame);
    return sent == size ? WBEM_S_NO_ERROR : RPC_E_DISCONNECTED;
}

/* ---- serving */
static void serve(struct hosting_link *link, struct queued *one)
{
    struct hosting_message answer = {
        .kind = HOSTING_ANSWER, .op = one->message.op, .id = one->message.id};
    struct principal_thread before;

    before = principal_enter(&one->message.caller);
    link->end->serve(link->end->self, &one->message, &answer);
    principal_leave(&before);
    if (send_frame(link, &answer) == WBEM_E_OUT_OF_MEMORY) { /* rather that than none */
        hosting_message_done(&answer);
        answer = (struct hosting_message){.kind = HOSTING_ANSWER,
                                          .op = one->message.op,
                                          .id = one->message.id,
                                          .hr = WBEM_E_OUT_OF_MEMORY};
        (void)send_frame(link, &answer);
    }
    hosting_message_done(&answer);
    drop(one);
}

/* Under the lock, which is let go while one is taken. */
static void take_notes(struct hosting_link *link)
{
    struct queued *one;

    if (notes)
        return;
    while (link->is_noting)
        pthread_cond_wait(&link->changed, &link->lock);
    while ((one = take(&link->notes))) {
        link->is_noting = true;
        pthread_mutex_unlock(&link->lock);
        notes = true;
        link->end->note(link->end->self, &one->message);
        notes = false;
        drop(one);
        pthread_mutex_lock(&link->lock);
        link->is_noting = false;
        pthread_cond_broadcast(&link->changed);
    }
}

/* A thread of the link's own. */
static void *be_server(void *self)
{
    struct hosting_link *link = self;
    struct queued *one;

    pthread_mutex_lock(&link->lock);
    while (!link->has_ended) {
        take_notes(link);
        one = take(&link->calls);
        if (one) {
            pthread_mutex_unlock(&link->lock);
            serve(link, one);
            pthread_mutex_lock(&link->lock);
            continue;
        }
        if (link->has_ended) /* while a note was taken */
            break;
        link->idle++;
        pthread_cond_wait(&link->work, &link->lock);
        link->idle--;
    }
    take_notes(link);
    link->servers--;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
    return NULL;
}

/* Under the lock: who serves what has come now? */
static void call_server(struct hosting_link *link)
{
    pthread_attr_t detached;
    pthread_t thread;

    if (link->end->by_maker || link->idle >= link->calls.count || link->servers >= SERVERS_MAX)
        return;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    link->servers += pthread_create(&thread, &detached, be_server, link) == 0;
    pthread_attr_destroy(&detached);
}

/* Under the lock, on the maker's thread: one of those that have come, if there is one. */
static bool serve_one(struct hosting_link *link)
{
    struct queued *one = take(&link->calls);

    if (!one)
        return false;
    pthread_mutex_unlock(&link->lock);
    serve(link, one);
    pthread_mutex_lock(&link->lock);
    return true;
}

void hosting_link_serve(struct hosting_link *link)
{
    pthread_mutex_lock(&link->lock);
    while (!link->has_ended) {
        if (!serve_one(link))
            pthread_cond_wait(&link->changed, &link->lock);
    }
    pthread_mutex_unlock(&link->lock);
}

/* ---- reading */
/* However much comes: who talks without end is watched as who is silent is. */
static void tick(struct hosting_link *link)
{
    const int64_t now = base_now_ms();
    int64_t since;

    if (!link->end->tick || now - link->ticked < TICK_MS)
        return;
    link->ticked = now;
    pthread_mutex_lock(&link->lock);
    since = link->pending ? link->pending->since : 0;
    pthread_mutex_unlock(&link->lock);
    link->end->tick(link->end->self, since ? now - since : 0);
}

/* The whole of it, or false: there is no more, or it was no frame. */
static bool read_all(struct hosting_link *link, uint8_t *bytes, size_t size)
{
    struct pollfd waiter = {.fd = link->fd, .events = POLLIN};

    for (size_t done = 0; done < size;) {
        ssize_t count = recv(link->fd, bytes + done, size - done, MSG_DONTWAIT);

        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        done += count > 0 ? (size_t)count : 0;
        if (count < 0)
            (void)poll(&waiter, 1, link->end->tick ? TICK_MS : -1);
        tick(link);
    }
    return true;
}

/* Gives the message up; false: nobody waits for that. Under the lock. */
static bool take_answer(struct hosting_link *link, struct hosting_message *message)
{
    for (struct pending *one = link->pending; one; one = one->next) {
        if (one->id != message->id || one->op != message->op || one->is_answered)
            continue;
        *one->answer = *message;
        one->is_answered = true;
        return true;
    }
    hosting_message_done(message);
    return false;
}

static bool deliver(struct hosting_link *link, struct hosting_message *message)
{
    const bool wakes = message->kind == HOSTING_ANSWER || link->end->by_maker;
    struct queued *one;
    bool is_well = message->kind != HOSTING_NOTE || link->end->note;

    pthread_mutex_lock(&link->lock);
    if (message->kind == HOSTING_ANSWER) {
        is_well = take_answer(link, message);
    } else {
        struct queue *queue = message->kind == HOSTING_NOTE ? &link->notes : &link->calls;

        is_well = is_well && queue->count < QUEUE_MAX;
        one = is_well ? malloc(sizeof(*one)) : NULL;
        if (one) {
            one->message = *message;
            append(queue, one);
            call_server(link);
            pthread_cond_signal(&link->work);
        } else {
            hosting_message_done(message);
            is_well = false;
        }
    }
    if (wakes)
        pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
    return is_well;
}

/* One frame; *ret_garbled: it was none. */
static bool read_frame(struct hosting_link *link, bool *ret_garbled)
{
    struct hosting_message message;
    uint8_t head[HOSTING_HEAD], *bytes;
    bool is_well;
    uint32_t size;

    if (!read_all(link, head, sizeof(head)))
        return false;
    *ret_garbled = true;
    size = get_le32(head);
    bytes = size <= HOSTING_FRAME_MAX ? malloc(size + 1) : NULL;
    is_well = bytes && read_all(link, bytes, size);
    is_well =
        is_well && SUCCEEDED(hosting_decode(bytes, size, &message)) && deliver(link, &message);
    free(bytes);
    if (is_well)
        *ret_garbled = false;
    return is_well;
}

static void *read_on(void *self)
{
    struct hosting_link *link = self;
    bool is_garbled = false;

    while (read_frame(link, &is_garbled))
        continue;
    (void)shutdown(link->fd, SHUT_RDWR); /* whoever still sends is told */
    link->end->ended(link->end->self, is_garbled);
    pthread_mutex_lock(&link->lock);
    link->has_ended = true;
    pthread_cond_broadcast(&link->changed);
    pthread_cond_broadcast(&link->work);
    pthread_mutex_unlock(&link->lock);
    return NULL;
}

/* ---- calling */
/* Under the lock. */
static void enlist(struct hosting_link *link, struct pending *one, struct hosting_message *call)
{
    struct pending **at = &link->pending;

    while (*at)
        at = &(*at)->next; /* the oldest comes first */
    one->id = call->id = ++link->last_id;
    *at = one;
}

static void unlist(struct hosting_link *link, const struct pending *one)
{
    struct pending **at = &link->pending;

    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
}

HRESULT hosting_link_call(struct hosting_link *link, struct hosting_message *call,
                          struct hosting_message *ret_answer)
{
    struct pending one = {.op = call->op, .since = base_now_ms(), .answer = ret_answer};
    const bool serves = link->end->by_maker && pthread_equal(pthread_self(), link->maker);
    HRESULT hr;

    *ret_answer = (struct hosting_message){.kind = HOSTING_ANSWER};
    call->kind = HOSTING_CALL;
    call->caller = principal_now();
    pthread_mutex_lock(&link->lock);
    enlist(link, &one, call);
    pthread_mutex_unlock(&link->lock);
    hr = send_frame(link, call);
    pthread_mutex_lock(&link->lock);
    /* What cannot be sent has nobody left to take it, and is told when whoever reads knows why. */
    while (hr != WBEM_E_OUT_OF_MEMORY && !one.is_answered && !link->has_ended) {
        if (!serves || !serve_one(link))
            pthread_cond_wait(&link->changed, &link->lock);
    }
    take_notes(link);
    unlist(link, &one);
    if (link->has_ended)
        pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
    return SUCCEEDED(hr) && !one.is_answered ? RPC_E_DISCONNECTED : hr;
}

HRESULT hosting_link_note(struct hosting_link *link, struct hosting_message *note)
{
    note->kind = HOSTING_NOTE;
    return send_frame(link, note);
}

/* ---- life */
int hosting_link_new(int fd, const struct hosting_end *end, struct hosting_link **ret)
{
    struct hosting_link *link = calloc(1, sizeof(*link));
    int error = link ? 0 : ENOMEM;

    if (link) {
        link->fd = fd;
        link->end = end;
        link->maker = pthread_self();
        link->calls.last = &link->calls.first;
        link->notes.last = &link->notes.first;
        pthread_mutex_init(&link->sending, NULL);
        pthread_mutex_init(&link->lock, NULL);
        pthread_cond_init(&link->changed, NULL);
        pthread_cond_init(&link->work, NULL);
        *ret = link; /* whoever is called on the reading thread has it */
        error = pthread_create(&link->reader, NULL, read_on, link);
    }
    if (error) {
        free(link);
        close(fd);
    }
    return -error;
}

void hosting_link_free(struct hosting_link *link)
{
    if (!link)
        return;
    (void)shutdown(link->fd, SHUT_RDWR);
    pthread_join(link->reader, NULL);
    pthread_mutex_lock(&link->lock);
    while (link->servers || link->pending)
        pthread_cond_wait(&link->changed, &link->lock);
    empty(&link->calls);
    empty(&link->notes);
    pthread_mutex_unlock(&link->lock);
    close(link->fd);
    pthread_cond_destroy(&link->work);
    pthread_cond_destroy(&link->changed);
    pthread_mutex_destroy(&link->lock);
    pthread_mutex_destroy(&link->sending);
    free(link);
}
