// The page's own words in three languages. Messages are shown as they are.
const TEXTS = {
  ru: {
    subtitle: "Мессенджеры", shopper: "Покупатель", newShopper: "Новый покупатель", newShopperAsk: "Имя покупателя", secondWindow: "Ещё одно окно, например для менеджера", faults: "Сбои", traffic: "Трафик", language: "Язык",
    close: "Закрыть", bot: "бот", typing: "печатает…", business: "бизнес-аккаунт", blocked: "заблокирован", noBot: "Бот не подключён. Запустите демо-компанию: ./infra/local/up",
    openGroup: "Написать в группу…", groupAsk: "Название группы", privateChat: "Личный чат", inGroup: "группа",
    empty: "Напишите первое сообщение — бот ответит", start: "Начать", unblock: "Разблокировать", block: "Заблокировать бота", clear: "Очистить чат", clearTraffic: "Очистить", attach: "Прикрепить", more: "Ещё", send: "Отправить", message: "Сообщение",
    photo: "Фото", barcode: "Фото штрихкода", priceTag: "Фото ценника", album: "Альбом", voice: "Голосовое сообщение", document: "Документ", location: "Местоположение", contact: "Мой контакт", disk: "Файл с диска…", photoAlt: "Фотография",
    edit: "Изменить", editing: "Изменение сообщения", edited: "изменено", cancel: "Отмена", play: "Слушать", broken: "Картинка недоступна", today: "Сегодня", notDelivered: "Бот не принял сообщение", delivered: "Доставлено", read: "Прочитано",
    sharePlace: "Отправить местоположение", options: "Варианты", link: "Ссылка", unreachable: "Симулятор не отвечает", status: "Ответ бота: HTTP {0}", noAnswer: "Бот не ответил: проверьте, что он запущен",
    faultHint: "Правило срабатывает на вызовы бота к мессенджеру.", kind: "Что случится", where: "Где", everywhere: "Везде", times: "Сколько раз", method: "Метод", anyMethod: "любой", wait: "Секунды", add: "Включить", none: "Сбоев нет: мессенджеры работают исправно.", lift: "Снять", liftAll: "Снять все", left: "осталось {0}", forever: "пока не снимут",
    too_many_requests: "Слишком много запросов (429)", server_error: "Ошибка сервера (500)", timeout_before_accepting: "Тайм-аут, сообщение не принято", timeout_after_accepting: "Тайм-аут, но сообщение принято", malformed_answer: "Испорченный ответ", connection_reset: "Обрыв соединения", reset_after_accepting: "Обрыв после приёма", latency: "Медленный ответ", fail_later: "Принято, но не доставлено",
    trafficHint: "Запросы между ботом и мессенджерами, как они прошли по сети.", noTraffic: "Пока тихо: напишите боту.", request: "Запрос", answer: "Ответ",
  },
  kk: {
    subtitle: "Мессенджерлер", shopper: "Сатып алушы", newShopper: "Жаңа сатып алушы", newShopperAsk: "Сатып алушының аты", secondWindow: "Тағы бір терезе, мысалы, менеджерге", faults: "Ақаулар", traffic: "Трафик", language: "Тіл",
    close: "Жабу", bot: "бот", typing: "жазып жатыр…", business: "бизнес-аккаунт", blocked: "бұғатталған", noBot: "Бот қосылмаған. Демо-компанияны іске қосыңыз: ./infra/local/up",
    openGroup: "Топқа жазу…", groupAsk: "Топтың атауы", privateChat: "Жеке чат", inGroup: "топ",
    empty: "Алғашқы хабарламаны жазыңыз — бот жауап береді", start: "Бастау", unblock: "Бұғаттан шығару", block: "Ботты бұғаттау", clear: "Чатты тазалау", clearTraffic: "Тазалау", attach: "Тіркеу", more: "Тағы", send: "Жіберу", message: "Хабарлама",
    photo: "Фото", barcode: "Штрихкод фотосы", priceTag: "Баға қағазының фотосы", album: "Альбом", voice: "Дауыстық хабарлама", document: "Құжат", location: "Орналасқан жер", contact: "Менің контактім", disk: "Дискідегі файл…", photoAlt: "Фотосурет",
    edit: "Өзгерту", editing: "Хабарламаны өзгерту", edited: "өзгертілді", cancel: "Болдырмау", play: "Тыңдау", broken: "Сурет қолжетімсіз", today: "Бүгін", notDelivered: "Бот хабарламаны қабылдамады", delivered: "Жеткізілді", read: "Оқылды",
    sharePlace: "Орналасқан жерді жіберу", options: "Нұсқалар", link: "Сілтеме", unreachable: "Симулятор жауап бермейді", status: "Боттың жауабы: HTTP {0}", noAnswer: "Бот жауап бермеді: оның іске қосылғанын тексеріңіз",
    faultHint: "Ереже боттың мессенджерге жіберген сұрауларына әсер етеді.", kind: "Не болады", where: "Қайда", everywhere: "Барлық жерде", times: "Неше рет", method: "Әдіс", anyMethod: "кез келген", wait: "Секунд", add: "Қосу", none: "Ақау жоқ: мессенджерлер дұрыс жұмыс істеп тұр.", lift: "Алып тастау", liftAll: "Бәрін алып тастау", left: "{0} қалды", forever: "алып тасталғанша",
    too_many_requests: "Сұрау тым көп (429)", server_error: "Сервер қатесі (500)", timeout_before_accepting: "Тайм-аут, хабарлама қабылданбады", timeout_after_accepting: "Тайм-аут, бірақ қабылданды", malformed_answer: "Бүлінген жауап", connection_reset: "Байланыс үзілді", reset_after_accepting: "Қабылдағаннан кейін үзілді", latency: "Баяу жауап", fail_later: "Қабылданды, бірақ жеткізілмеді",
    trafficHint: "Бот пен мессенджерлер арасындағы сұраулар, желіден өткен күйінде.", noTraffic: "Әзірге тыныш: ботқа жазыңыз.", request: "Сұрау", answer: "Жауап",
  },
  en: {
    subtitle: "Messengers", shopper: "Shopper", newShopper: "New shopper", newShopperAsk: "The shopper's name", secondWindow: "Another window, for example for the manager", faults: "Faults", traffic: "Traffic", language: "Language",
    close: "Close", bot: "bot", typing: "typing…", business: "business account", blocked: "blocked", noBot: "No bot is connected. Start the demo company: ./infra/local/up",
    openGroup: "Write in a group…", groupAsk: "The group's name", privateChat: "Private chat", inGroup: "group",
    empty: "Write the first message and the bot will answer", start: "Start", unblock: "Unblock", block: "Block the bot", clear: "Clear the chat", clearTraffic: "Clear", attach: "Attach", more: "More", send: "Send", message: "Message",
    photo: "Photo", barcode: "Photo of a barcode", priceTag: "Photo of a price tag", album: "Album", voice: "Voice message", document: "Document", location: "Location", contact: "My contact", disk: "File from disk…", photoAlt: "Photo",
    edit: "Edit", editing: "Editing the message", edited: "edited", cancel: "Cancel", play: "Play", broken: "Picture not available", today: "Today", notDelivered: "The bot did not take the message", delivered: "Delivered", read: "Read",
    sharePlace: "Send location", options: "Options", link: "Link", unreachable: "The simulator does not answer", status: "The bot answered HTTP {0}", noAnswer: "The bot did not answer: check that it runs",
    faultHint: "A rule acts on the bot's calls to the messenger.", kind: "What happens", where: "Where", everywhere: "Everywhere", times: "How many times", method: "Method", anyMethod: "any", wait: "Seconds", add: "Switch on", none: "No faults: the messengers are well.", lift: "Lift", liftAll: "Lift all", left: "{0} left", forever: "until lifted",
    too_many_requests: "Too many requests (429)", server_error: "Server error (500)", timeout_before_accepting: "Time-out, not accepted", timeout_after_accepting: "Time-out, but accepted", malformed_answer: "Malformed answer", connection_reset: "Connection reset", reset_after_accepting: "Reset after accepting", latency: "Slow answer", fail_later: "Accepted, not delivered",
    trafficHint: "Requests between the bot and the messengers, as they went over the wire.", noTraffic: "Quiet so far: write to the bot.", request: "Request", answer: "Answer",
  },
};
let current = TEXTS[localStorage.getItem("language")] ? localStorage.getItem("language") : "ru";
export const language = () => current;
export function setLanguage(code) { current = code; localStorage.setItem("language", code); document.documentElement.lang = code; }
export function t(name, value) { return (TEXTS[current][name] ?? name).replace("{0}", value); }
