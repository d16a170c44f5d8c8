// A store of several members as MongoDB documents its commands, for init.js: it is given its configuration by the primary alone, one new member at a
// time, and none while another still learns. Answers at once but for a new member, which has learnt everything when it was asked about three times.

const PRIMARY = 1;
const STARTING = 5;
const LEARNT_AFTER = 3;
globalThis.store = { config: null, asked: {}, users: {}, log: [] };

function refuse(codeName) {
  throw Object.assign(new Error(codeName), { codeName });
}

function state(member) {
  if (member._id === 0) return PRIMARY;
  store.asked[member.host] = (store.asked[member.host] ?? 0) + 1;
  return store.asked[member.host] > LEARNT_AFTER ? 2 : STARTING;
}

function reconfigured({ version, members }) {
  const known = store.config.members.map((member) => member.host);
  const added = members.filter((member) => !known.includes(member.host));
  if (version !== store.config.version + 1 || added.length > 1 || members.length - added.length !== known.length) refuse("NewReplicaSetConfigurationIncompatible");
  if (members.some((member) => known.includes(member.host) && member._id && (store.asked[member.host] ?? 0) <= LEARNT_AFTER)) refuse("ConfigurationInProgress");
  store.config = { ...store.config, version, members };
  store.log.push(added[0].host);
}

const commands = {
  replSetGetStatus: () => (store.config ? { ok: 1, members: store.config.members.map((member) => ({ name: member.host, state: state(member) })) } : refuse("NotYetInitialized")),
  replSetInitiate: ({ _id, members }) => {
    if (store.config) refuse("AlreadyInitialized");
    store.config = { _id, version: 1, members };
    store.log.push(members[0].host);
  },
  replSetGetConfig: () => ({ ok: 1, config: store.config }),
  replSetReconfig: reconfigured,
};

globalThis.connect = (url) => {
  const ofSet = url.includes("replicaSet=");
  if (ofSet && !store.config) refuse("ServerSelectionTimeout");
  return {
    adminCommand(command) {
      const [name] = Object.keys(command);
      if (name === "replSetReconfig" && !ofSet) refuse("NotWritablePrimary");
      return commands[name](command[name]);
    },
    hello: () => ({ isWritablePrimary: Boolean(store.config) }),
    getUser: (name) => store.users[name] ?? null,
    createUser: ({ user, ...account }) => (ofSet ? (store.users[user] = account) : refuse("NotWritablePrimary")),
    updateUser: (user, account) => (store.users[user] = account),
  };
};
