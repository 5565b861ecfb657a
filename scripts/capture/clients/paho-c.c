/* Paho C as a client that is told what to do: one order a line on standard input, fields between tabs, one answer a line. */
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_FIELDS 16
#define MOST_LINE 65536
#define COMPLETE_WITHIN_MS 10000L

static MQTTClient client;

static int message_arrived(void *context, char *topic, int topic_length, MQTTClient_message *message)
{
    (void)context;
    (void)topic_length;
    MQTTClient_freeMessage(&message);
    MQTTClient_free(topic);
    return 1;
}

static void connection_lost(void *context, char *cause)
{
    (void)context;
    (void)cause;
}

static void answer(int code)
{
    if (code == MQTTCLIENT_SUCCESS) puts("ok");
    else printf("refused %d\n", code);
    fflush(stdout);
}

/* connect: id, clean session, keep alive, level, user name, password, will topic, will QoS, will retain, will message */
static int connect_as(const char *address, char **field)
{
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    MQTTClient_willOptions will = MQTTClient_willOptions_initializer;
    int level = atoi(field[4]);
    int created;
    create.MQTTVersion = level;
    created = MQTTClient_createWithOptions(&client, address, field[1], MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
    if (created != MQTTCLIENT_SUCCESS) return created;
    MQTTClient_setCallbacks(client, NULL, connection_lost, message_arrived, NULL);
    options.cleansession = atoi(field[2]);
    options.keepAliveInterval = atoi(field[3]);
    options.MQTTVersion = level;
    options.reliable = 0;
    options.connectTimeout = 10;
    if (*field[5] != '\0') options.username = field[5];
    if (*field[6] != '\0') options.password = field[6];
    if (*field[7] != '\0') {
        will.topicName = field[7];
        will.qos = atoi(field[8]);
        will.retained = atoi(field[9]);
        will.message = field[10];
        options.will = &will;
    }
    return MQTTClient_connect(client, &options);
}

/* subscribe: filter, QoS, filter, QoS, ... in one packet */
static int subscribe_to(char **field, int fields)
{
    char *filters[MOST_FIELDS];
    int qos[MOST_FIELDS];
    int count = 0;
    for (int i = 1; i + 1 < fields; i += 2) {
        filters[count] = field[i];
        qos[count++] = atoi(field[i + 1]);
    }
    return MQTTClient_subscribeMany(client, count, filters, qos);
}

/* publish: topic, QoS, retain, how many, payload; waits for all of them at the end */
static int publish_to(char **field)
{
    MQTTClient_deliveryToken token[256];
    int count = atoi(field[4]);
    int code = MQTTCLIENT_SUCCESS;
    for (int i = 0; i < count && code == MQTTCLIENT_SUCCESS; i++)
        code = MQTTClient_publish(client, field[1], (int)strlen(field[5]), field[5], atoi(field[2]), atoi(field[3]), &token[i]);
    if (atoi(field[2]) == 0) return code;
    for (int i = 0; i < count && code == MQTTCLIENT_SUCCESS; i++)
        code = MQTTClient_waitForCompletion(client, token[i], COMPLETE_WITHIN_MS);
    return code;
}

static int obey(const char *address, char **field, int fields)
{
    const char *order = field[0];
    if (strcmp(order, "connect") == 0 && fields >= 11) return connect_as(address, field);
    if (strcmp(order, "subscribe") == 0) return subscribe_to(field, fields);
    if (strcmp(order, "unsubscribe") == 0 && fields >= 2) return MQTTClient_unsubscribe(client, field[1]);
    if (strcmp(order, "publish") == 0 && fields >= 6) return publish_to(field);
    if (strcmp(order, "disconnect") == 0) return MQTTClient_disconnect(client, 1000);
    if (strcmp(order, "drop") == 0) _exit(0);
    return MQTTCLIENT_FAILURE;
}

int main(int argc, char **argv)
{
    static char line[MOST_LINE];
    if (argc != 2) return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *field[MOST_FIELDS];
        char *rest = line;
        int fields = 0;
        line[strcspn(line, "\n")] = '\0';
        while (rest != NULL && fields < MOST_FIELDS) field[fields++] = strsep(&rest, "\t");
        answer(obey(argv[1], field, fields));
    }
    return 0;
}
